"""What Locust's own tables show of a run: a row for each operation, one for its 429s, and one for the replies.

Only for the eye. Locust rounds its percentiles; the exact figures are made from the journal.
"""

from typing import Any

from harness.events import Acked, Failed, Limited, Refused
from harness.load.outcome import Outcome

PATHS = {"createSession": "/v1/sessions", "sendMessage": "/v1/sessions/{id}/messages"}
REPLY = "webhook"
NO_REPLY = "no reply in time"


class Rows:
    """Enters exchanges and replies into Locust's statistics. `request_event` is the environment's `events.request`."""

    def __init__(self, request_event: Any) -> None:
        self._fire = request_event.fire

    def exchange(self, operation: str, nanoseconds: int, length: int, outcome: Outcome) -> None:
        if type(outcome) is Acked:  # nearly all
            self._enter("POST", PATHS[operation], nanoseconds, length, None)
            return
        name = PATHS[operation] + (" · 429" if isinstance(outcome, Limited) else "")
        self._enter("POST", name, nanoseconds, length, _complaint(outcome))

    def reply(self, nanoseconds: int, length: int) -> None:
        self._enter("REPLY", REPLY, nanoseconds, length, None)

    def no_reply(self, nanoseconds: int) -> None:
        self._enter("REPLY", REPLY, nanoseconds, 0, NO_REPLY)

    def _enter(self, kind: str, name: str, nanoseconds: int, length: int, complaint: str | None) -> None:
        self._fire(
            request_type=kind,
            name=name,
            response_time=nanoseconds / 1e6,
            response_length=length,
            exception=complaint and RuntimeError(complaint),
            context={},
        )


def _complaint(outcome: Outcome) -> str | None:
    """Few different ones, since Locust keeps each for ever: the details are in the journal."""
    match outcome:
        case Acked() | Limited():
            return None
        case Refused():
            return f"HTTP {outcome.status} {outcome.code or ''}".strip()
        case Failed():
            return outcome.reason.partition(":")[0]

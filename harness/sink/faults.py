"""Faults on request: how the sink misbehaves, and for how many calls, to see what a sender makes of it."""

from collections import deque
from dataclasses import dataclass, fields
from typing import Any

from harness.errors import UsageError

LONGEST_DELAY_S = 300.0
LONGEST_RETRY_S = 86_400.0
LONGEST_HEADER = 2048
MOST_TIMES = 10_000
MOST_FAULTS = 10_000
MOST_HANG_UPS = 256


@dataclass(frozen=True, slots=True)
class Fault:
    """The next `times` calls (of `session`, or of any) wait `delay_s` and get `status`, or a reset connection.

    A `bare` answer has no body, which makes it no less of an answer. Where `endpoint` is given, only calls of the URL
    that was opened under that name. `location` and `retry_after` are the headers of these names; `retry_at_s` makes the
    latter a date, so many seconds after the answer or up to one later, since a date has whole ones. Several faults of a
    session are its programme: the first is for its first call, and so on.
    """

    session: str | None = None
    status: int = 200
    delay_s: float = 0.0
    reset: bool = False
    times: int = 1
    endpoint: str | None = None
    location: str | None = None
    retry_after: str | None = None
    retry_at_s: float | None = None
    bare: bool = False

    @property
    def recorded(self) -> int:
        """The status that an arrival has which met this."""
        return 0 if self.reset else self.status

    @classmethod
    def from_json(cls, value: Any) -> "Fault":
        """Raises UsageError where `value` is no fault, in words."""
        known = {field.name for field in fields(cls)}
        if not isinstance(value, dict) or not known.issuperset(value):
            raise UsageError(f"a fault is a JSON object of {', '.join(sorted(known))}")
        fault = cls(**value)
        for holds, complaint in _rules(fault):
            if not holds:
                raise UsageError(complaint)
        return fault


def _rules(fault: Fault) -> list[tuple[bool, str]]:
    return [
        (fault.session is None or isinstance(fault.session, str), "session takes a session's id, or null for any"),
        (_is_number(fault.status, int) and 200 <= fault.status <= 599, "status takes a number from 200 to 599"),
        (_is_number(fault.delay_s) and 0 <= fault.delay_s <= LONGEST_DELAY_S, f"delay_s takes 0 to {LONGEST_DELAY_S}"),
        (isinstance(fault.reset, bool), "reset takes true or false"),
        (isinstance(fault.bare, bool), "bare takes true or false"),
        (fault.endpoint is None or isinstance(fault.endpoint, str), "endpoint takes the name of one, or null for any"),
        (_is_header(fault.location), "location takes a URL in printable ASCII"),
        (_is_header(fault.retry_after), "retry_after takes seconds or a date in printable ASCII"),
        (
            fault.retry_at_s is None or (_is_number(fault.retry_at_s) and 0 <= fault.retry_at_s <= LONGEST_RETRY_S),
            f"retry_at_s takes 0 to {LONGEST_RETRY_S}",
        ),
        (
            fault.retry_after is None or fault.retry_at_s is None,
            "retry_at_s takes the place of retry_after: only one of them",
        ),
        (_is_number(fault.times, int) and 1 <= fault.times <= MOST_TIMES, f"times takes 1 to {MOST_TIMES}"),
    ]


def _is_header(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, str) and 0 < len(value) <= LONGEST_HEADER and value.isascii() and value.isprintable()


def _is_number(value: Any, *kinds: type) -> bool:
    return isinstance(value, kinds or (int, float)) and not isinstance(value, bool)


class Programme:
    """The faults that are still to happen. A session's own come before those for any session; each in its order.

    Of two for the same session, the one that names the endpoint as well comes first.
    """

    def __init__(self) -> None:
        self._due: dict[tuple[str | None, str | None], deque[Fault]] = {}
        self.pending = 0
        # By session: after how long its sender hung up, seconds, instead of waiting for a delayed answer.
        self.hung_up: dict[str, float] = {}

    def hang_up(self, session: str | None, after_s: float) -> None:
        """Takes note of the session's first hang-up."""
        if session is not None and len(self.hung_up) < MOST_HANG_UPS:
            self.hung_up.setdefault(session, round(after_s, 3))

    def relent(self) -> None:
        """All is well again: what was still to happen will not."""
        self._due.clear()
        self.pending = 0

    def add(self, fault: Fault) -> None:
        """Raises UsageError where too many calls are spoken for already."""
        if self.pending + fault.times > MOST_FAULTS:
            raise UsageError(f"more than {MOST_FAULTS} faults are waiting")
        self._due.setdefault((fault.session, fault.endpoint), deque()).extend([fault] * fault.times)
        self.pending += fault.times

    def take(self, session: str | None, endpoint: str = "") -> Fault | None:
        """The fault for a call of `session`, which is then used up; None where it is to be answered as usual."""
        for key in ((session, endpoint), (session, None), (None, endpoint), (None, None)):
            waiting = self._due.get(key)
            if waiting:
                self.pending -= 1
                fault = waiting.popleft()
                if not waiting:
                    del self._due[key]
                return fault
        return None

"""Who was promised what: every session that the target gave out, and every message it accepted for it.

Fed with each answer of each client, so it knows of generated requests as well. Thread-safe.
"""

import threading
from dataclasses import dataclass, field

from harness.client.exchange import Answer


@dataclass(slots=True)
class Talk:
    """One session. Times are monotonic ns. `accepted` holds (sent, acked) of each accepted message.

    `uncertain` counts messages whose fate is unknown; `excused` says why no reply can be asked for.
    """

    session: str
    user: str | None
    created_at: int
    accepted: list[tuple[int, int]] = field(default_factory=list)
    refused: int = 0
    limited: int = 0
    uncertain: int = 0
    excused: str | None = None

    @property
    def silent(self) -> bool:
        """Nothing was said in it that the target accepted, or might have."""
        return not self.accepted and not self.uncertain


class Ledger:
    """`talks` by session id, in the order of creation; `repeated` are ids that were given out more than once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.talks: dict[str, Talk] = {}
        self.repeated: list[Answer] = []
        self.limited: list[Answer] = []

    def saw(self, answer: Answer) -> None:
        """Takes note of an answer. Those that are no operation's are none of its business."""
        with self._lock:
            if answer.status == 429:
                self.limited.append(answer)
            if answer.request.operation == "createSession" and answer.status == 200:
                self._created(answer)
            elif answer.request.operation == "sendMessage":
                self._spoke(answer)

    def excuse(self, session: str, why: str) -> None:
        """No reply is asked for in this session any more."""
        with self._lock:
            if session in self.talks:
                self.talks[session].excused = why

    def all(self) -> list[Talk]:
        with self._lock:
            return list(self.talks.values())

    def owed(self) -> dict[str, int]:
        """How many replies each session must have had by now: one where anything was accepted in it."""
        return {talk.session: 1 for talk in self.all() if talk.accepted and not talk.excused}

    def _created(self, answer: Answer) -> None:
        session, user = answer.member("sessionId"), answer.member("userId")
        if not isinstance(session, str):
            return
        if session in self.talks:
            self.repeated.append(answer)
        else:
            created_at = answer.sent_at + answer.elapsed_ns
            self.talks[session] = Talk(session, user if isinstance(user, str) else None, created_at)

    def _spoke(self, answer: Answer) -> None:
        talk = self.talks.get(answer.request.session or "")
        if talk is None:
            return
        if answer.status == 200:
            talk.accepted.append((answer.sent_at, answer.sent_at + answer.elapsed_ns))
        elif answer.status == 429:
            talk.limited += 1
        elif answer.status is not None and 400 <= answer.status < 500:
            talk.refused += 1
        else:
            talk.uncertain += 1

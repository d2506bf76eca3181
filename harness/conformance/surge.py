"""Many customers at once, before anything is known of a limit: the only requests that are meant to be limited.

With the first 429 it ends. Whoever was turned away is left alone, so that a reply to what was never taken would show.
A few sessions were opened before, and speak at that moment: it is chance whether the surge's own 429s meet messages.
"""

import threading
import time
from dataclasses import dataclass, field

from harness.client.exchange import Answer
from harness.client.source_system import SourceSystem
from harness.conformance.samples import customer
from harness.conformance.sessions import together
from harness.dialects import IN_A_ROW, TOO_MANY

# Sessions that wait for the first 429. Seldom more than one has to speak.
IN_RESERVE = 3
# So often another tenant is tried while this one is limited. A bucket that fills fast is not empty for long.
ROUNDS = 4


@dataclass(slots=True)
class Surge:
    """What came of it. `turned_away` are sessions in which nothing was said but what was limited; `elsewhere` is what
    another tenant met at that moment, empty where there is no other or nothing was limited; `afterwards` is what the
    tenant itself met when that was over. `over_at` is when it ended, in monotonic ns."""

    answers: list[Answer] = field(default_factory=list)
    turned_away: list[str] = field(default_factory=list)
    elsewhere: list[Answer] = field(default_factory=list)
    afterwards: Answer | None = None
    over_at: int = 0

    @property
    def limited(self) -> bool:
        return any(answer.status == TOO_MANY for answer in self.answers)


def surge(api: SourceSystem, other: SourceSystem | None, customers: int) -> Surge:
    """So many customers open a session and say something, as fast as the ceiling allows."""
    rush = _Rush(api, other)
    for number in range(customers, customers + IN_RESERVE):
        rush.wait(number)
    together(rush.visit, range(customers))
    rush.came.over_at = time.monotonic_ns()
    return rush.came


class _Rush:
    def __init__(self, api: SourceSystem, other: SourceSystem | None) -> None:
        self.came = Surge()
        self._api, self._other = api, other
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._reserve: list[str] = []

    def wait(self, number: int) -> None:
        """A customer comes in, and says nothing before somebody is limited."""
        if (session := self._enter(number)) is not None:
            self._reserve.append(session)

    def visit(self, number: int) -> None:
        """A customer comes in and says something."""
        session = self._enter(number)
        if session is not None and not self._over.is_set():
            self._speak(session)

    def _enter(self, number: int) -> str | None:
        if self._over.is_set():
            return None
        created = self._api.create_session(customer(5000 + number), hurried=True)
        self._note(created)
        session = created.member("sessionId")
        return session if created.accepted and isinstance(session, str) else None

    def _speak(self, session: str) -> None:
        said = self._api.send_message(session, "Is anybody there?", hurried=True)
        self._note(said)
        if said.status == TOO_MANY:
            self.came.turned_away.append(session)

    def _note(self, answer: Answer) -> None:
        with self._lock:
            self.came.answers.append(answer)
            first = answer.status == TOO_MANY and not self._over.is_set()
            if first:
                self._over.set()
        if first:
            self._end()

    def _end(self) -> None:
        while self._reserve and not self.came.turned_away:
            self._speak(self._reserve.pop())
        # Never more than the tenant itself was let in, so that a quota of the other's own is not used up by them.
        let_in = sum(answer.accepted for answer in self.came.answers)
        if self._other is not None:
            self._try_elsewhere(self._other, max(1, let_in // 2))

    def _try_elsewhere(self, other: SourceSystem, most: int) -> None:
        """What another tenant meets between two moments at which this one is limited: at most so many requests."""
        for _ in range(ROUNDS):
            count = min(IN_A_ROW, most - len(self.came.elsewhere))
            met = together(lambda number: other.create_session(customer(4990 + number), hurried=True), range(count))
            self.came.elsewhere.extend(met)
            afterwards = self.came.afterwards = self._enter_again()
            spent = len(self.came.elsewhere) >= most
            if afterwards.status == TOO_MANY or spent or any(answer.status == TOO_MANY for answer in met):
                return
            if not any(self._enter_again().status == TOO_MANY for _ in range(2 * IN_A_ROW)):
                return

    def _enter_again(self) -> Answer:
        return self._api.create_session(customer(4989), hurried=True)

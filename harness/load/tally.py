"""A run so far, from its events. For the eye of who waits for it: the figures that count are made from the journal."""

from collections import Counter, deque
from dataclasses import dataclass
from statistics import median

from harness.events import Acked, Event, Failed, Limited, Planned, Refused, Replied, Sent
from harness.load.plan import Progress
from harness.load.roll import Roll

# The latest replies, from which the median is taken.
RECENT = 500


@dataclass(slots=True)
class _Flight:
    """The one message that a session waits for. A reply may overtake its message's 200."""

    sent: int
    accepted: bool = False
    replied: int | None = None


class Tally:
    """Counts messages, and gives each reply to the message that its session waits for."""

    def __init__(self, reply_timeout_s: float) -> None:
        self._timeout = round(reply_timeout_s * 1e9)
        self._counts: Counter[str] = Counter()
        self._customers = Roll()
        self._sessions: dict[str, str] = {}
        self._flights: dict[str, _Flight] = {}
        self._recent: deque[int] = deque(maxlen=RECENT)

    def enter(self, event: Event) -> None:
        """The next event, in the order of time."""
        match event:
            case Planned():
                self._customers.enter(event.customer)
                if event.session is not None:
                    self._sessions[event.request] = event.session
            case Sent() if event.request in self._sessions:
                self._counts["sent"] += 1
                self._flights[self._sessions[event.request]] = _Flight(event.at)
            case Acked() | Refused() | Limited() | Failed() if event.request in self._sessions:
                self._settle(event, self._sessions.pop(event.request))
            case Replied() if not event.problems:
                self._answer(event)

    def waiting(self, now: int) -> int:
        """Messages that were accepted, have no reply yet, and are still in time at `now` (monotonic nanoseconds)."""
        late = [session for session, flight in self._flights.items() if now - flight.sent > self._timeout]
        for session in late:
            if self._flights[session].accepted:
                del self._flights[session]
        return sum(flight.accepted for flight in self._flights.values())

    def progress(self, began: int, now: int) -> Progress:
        return Progress(
            elapsed_s=(now - began) / 1e9,
            customers=self._customers.count,
            sent=self._counts["sent"],
            accepted=self._counts["accepted"],
            limited=self._counts["limited"],
            failed=self._counts["failed"],
            answered=self._counts["answered"],
            waiting=self.waiting(now),
            p50_ms=round(median(self._recent) / 1e6, 1) if self._recent else None,
        )

    def _settle(self, event: Acked | Refused | Limited | Failed, session: str) -> None:
        if isinstance(event, Acked):
            self._counts["accepted"] += 1
            self._flights[session].accepted = True
            self._close_if_answered(session)
            return
        self._counts["limited" if isinstance(event, Limited) else "failed"] += 1
        del self._flights[session]

    def _answer(self, reply: Replied) -> None:
        flight = self._flights.get(reply.session or "")
        if flight is not None and flight.replied is None:
            flight.replied = reply.at
            self._close_if_answered(reply.session or "")

    def _close_if_answered(self, session: str) -> None:
        flight = self._flights[session]
        if flight.accepted and flight.replied is not None:
            self._counts["answered"] += 1
            self._recent.append(flight.replied - flight.sent)
            del self._flights[session]

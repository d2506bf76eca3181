"""Feeds a run's events, as they happen, to its live picture. For the eye: the journal is paired anew when all is over.

Pure. The rule is that of `harness.pairing`, applied before the outcome of a request is known: a message waits from its
send on, and one that turns out not to have been accepted has waited for nothing.

One of several workers hears the replies of all, and knows only its own sessions: it counts what is for these, and keeps
account of the rest, so that the others can be asked whose it was; see `harness.unclaimed`.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from harness.events import Acked, Event, Failed, Gauged, Limited, Planned, Refused, Replied, Sent
from harness.live import Live
from harness.seconds import SECOND
from harness.unclaimed import Claims

# What is remembered at most: sessions, for what may still come to them, and requests that were never sent.
SESSIONS = 20_000
UNSENT = 100_000

_OUTCOMES: dict[type, str] = {Acked: "accepted", Refused: "refused", Limited: "limited", Failed: "failed"}


@dataclass(slots=True, eq=False)
class _Flight:
    """One request under way, and then, of a message, what waits for a reply."""

    operation: str
    planned: int
    session: str | None
    sent: int | None = None
    accepted: bool = False
    replied: int | None = None
    exact: bool = True


@dataclass(slots=True)
class _Session:
    user: str | None
    waiting: list[_Flight] = field(default_factory=list)
    candidates: int = 0
    seen: set[str] = field(default_factory=set)
    answered: bool = False


class Observer:
    """`offset_ns` is what makes nanoseconds since the epoch of the events' own clock. `claims`, where there are other
    workers, gets the arrivals for own sessions and those for no session known here, by second."""

    def __init__(self, live: Live, offset_ns: int = 0, claims: Claims | None = None) -> None:
        self.live = live
        self._claims = claims
        self._offset = offset_ns
        self._timeout = round(live.reply_timeout_s * 1e9)
        self._flights: OrderedDict[str, _Flight] = OrderedDict()
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._forgot = False

    def enter(self, event: Event) -> None:
        """The next event, about in the order of time."""
        kind = type(event)
        if kind in _OUTCOMES:
            self._settle(event)  # type: ignore[arg-type]
        elif isinstance(event, Sent):
            self._send(event)
        elif isinstance(event, Planned):
            self._plan(event)
        elif isinstance(event, Replied):
            self._hear(event)
        elif isinstance(event, Gauged):
            self.live.gauge(f"{event.source}.{event.name}", event.value)

    def _plan(self, event: Planned) -> None:
        if event.operation == "registerWebhook":
            return
        self._counts(event.operation)["planned"] += 1
        self._flights[event.request] = _Flight(event.operation, event.at, event.session)
        if len(self._flights) > UNSENT:
            self._forget_the_oldest_unsent()

    def _send(self, event: Sent) -> None:
        flight = self._flights.get(event.request)
        if flight is None:
            return
        flight.sent = event.at
        self._counts(flight.operation)["sent"] += 1
        self.live.lateness.record(event.at - flight.planned - event.queued - event.held)
        counts = self.live.cell(event.at + self._offset).counts
        if flight.operation != "sendMessage":
            counts["sessions"] += 1
            return
        counts["sent"] += 1
        session = self._session(flight.session or "")
        session.waiting.append(flight)
        session.candidates += 1

    def _settle(self, event: Acked | Refused | Limited | Failed) -> None:
        flight = self._flights.pop(event.request, None)
        if flight is None or flight.sent is None:
            return
        outcome = _OUTCOMES[type(event)]
        self._counts(flight.operation)[outcome] += 1
        counts = self.live.cell(flight.sent + self._offset).counts
        if flight.operation == "sendMessage":
            counts[outcome] += 1
            self._message_settled(flight, outcome == "accepted")
        elif outcome == "limited":
            counts["sessions_limited"] += 1
        elif isinstance(event, Acked) and event.session is not None:
            self._session(event.session).user = event.user

    def _message_settled(self, flight: _Flight, accepted: bool) -> None:
        flight.accepted = accepted
        session = self._session(flight.session or "")
        if accepted and flight.replied is not None:
            self._answer(flight)
        elif not accepted and flight.replied is not None:
            # What came was no answer to this.
            self.live.arrivals["first"] -= 1
            self.live.arrivals["further" if session.answered else "unsolicited"] += 1
        elif not accepted and flight in session.waiting:
            session.waiting.remove(flight)
            session.candidates = session.candidates - 1 if session.waiting else 0

    def take(self) -> Live:
        """What was seen since it was taken before."""
        taken, self.live = self.live, Live(self.live.reply_timeout_s)
        return taken

    def _hear(self, reply: Replied) -> None:
        if self._claims is not None:
            own = reply.session in self._sessions
            self._claims.count((reply.at + self._offset) // SECOND, own=own)
            if not own:
                return
        self.live.arrivals[self._arrive(reply)] += 1

    def _arrive(self, reply: Replied) -> str:
        """The class of an arrival."""
        if reply.problems:
            return "malformed"
        session = self._sessions.get(reply.session or "")
        if session is None:
            return "further" if self._forgot else "misrouted"
        if session.user is not None and reply.user != session.user:
            return "misrouted"
        before = reply.digest in session.seen
        session.seen.add(reply.digest)
        if session.waiting:
            self._take(session, reply.at)
            return "first"
        if before:
            return "duplicate"
        return "further" if session.answered else "unsolicited"

    def _take(self, session: _Session, at: int) -> None:
        flight = session.waiting.pop(0)
        flight.replied, flight.exact = at, session.candidates == 1
        if not session.waiting:
            session.candidates = 0
        if flight.accepted:
            session.answered = True
            self._answer(flight)

    def _answer(self, flight: _Flight) -> None:
        assert flight.sent is not None
        assert flight.replied is not None
        self._session(flight.session or "").answered = True
        latency = flight.replied - flight.sent
        cell = self.live.cell(flight.sent + self._offset)
        if not flight.exact:
            cell.counts["ambiguous"] += 1
            return
        cell.counts["late" if latency > self._timeout else "answered"] += 1
        cell.replies.record(latency)
        self.live.reply.record(latency)

    def _counts(self, operation: str) -> dict[str, int]:
        return self.live.messages if operation == "sendMessage" else self.live.sessions

    def _session(self, name: str) -> _Session:
        session = self._sessions.get(name)
        if session is None:
            session = self._sessions[name] = _Session(None)
            if len(self._sessions) > SESSIONS:
                self._sessions.popitem(last=False)
                self._forgot = True
        return session

    def _forget_the_oldest_unsent(self) -> None:
        """Whoever never got to send is not heard of again; those under way are few and stay."""
        name = next((name for name, flight in self._flights.items() if flight.sent is None), None)
        if name is not None:
            del self._flights[name]

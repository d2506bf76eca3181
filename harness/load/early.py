"""Objectives over windows, judged while the run is under way: what --abort-early acts on.

An estimate for whoever waits: the verdict is made from the journal. A window is judged as soon as everything that was
sent in it has come to its end: an answer, and a reply or the reply timeout. Only what the customers and the sink tell
of single messages is known here; an objective on anything else is judged at the end alone.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from harness import figures, windows
from harness.events import Acked, Event, Failed, Limited, Planned, Refused, Replied, Sent
from harness.objective import Objective
from harness.seconds import Group, Seconds

_TIMES = [name for name, (latency, _) in figures.TIMES.items() if latency in figures.LATENCIES]
FIGURES = (*_TIMES, *figures.OUTCOMES, *figures.SESSIONS, "answered", "late", "lost", "malformed")


@dataclass(frozen=True, slots=True)
class Breach:
    """A window that broke its objective: by its first second, with the figure in the objective's unit."""

    objective: Objective
    at_s: int
    value: float


@dataclass(slots=True)
class _Flight:
    """A request that was sent. A reply may overtake its message's 200."""

    plan: Planned
    sent: int
    accepted: bool = False
    replied: int | None = None
    over: bool = False


class EarlyEnd:
    """Takes the events of a run in the order of time, and says when a window broke its objective."""

    def __init__(self, objectives: Sequence[Objective], reply_timeout_s: float, begin: int) -> None:
        """`begin` is the moment from which the journal counts its seconds: that of the phase's Began."""
        self._watched = [each for each in objectives if each.window_s and each.figure in FIGURES]
        self._timeout = round(reply_timeout_s * 1e9)
        self._seconds = Seconds(begin, windows.kinds(self._watched))
        self._plans: dict[str, Planned] = {}
        self._flights: dict[str, _Flight] = {}
        self._waiting: dict[str, _Flight] = {}
        self._accepted: deque[_Flight] = deque()
        self._open: Counter[int] = Counter()
        self._next = [0] * len(self._watched)

    def enter(self, event: Event) -> None:
        """The next event."""
        match event:
            case Planned() if event.operation in ("createSession", "sendMessage"):
                self._plans[event.request] = event
            case Sent() if event.request in self._plans:
                self._send(event, self._plans.pop(event.request))
            case Acked() | Refused() | Limited() | Failed() if event.request in self._flights:
                self._settle(event, self._flights.pop(event.request))
            case Replied():
                self._answer(event)

    def breach(self, now: int) -> Breach | None:
        """The first window that is broken, of those that are settled since the last call. `now` is the moment up to
        which events were entered (monotonic nanoseconds)."""
        self._expire(now)
        settled = min((second for second, left in self._open.items() if left), default=self._seconds.number(now))
        for number, objective in enumerate(self._watched):
            assert objective.window_s is not None
            whole = self._seconds.whole(windows.group_of(objective))
            within = range(max(whole.start, self._next[number]), min(whole.stop, settled))
            for window in windows.slide(objective, self._seconds, within):
                if window is not None and not objective.holds(window.value):
                    return Breach(objective, window.at_s, window.value)
            self._next[number] = max(within.start, within.stop - objective.window_s + 1)
        self._seconds.forget(min(self._next, default=0))
        self._open = +self._open
        return None

    def _send(self, event: Sent, plan: Planned) -> None:
        flight = self._flights[event.request] = _Flight(plan, event.at)
        group = _group(plan)
        self._seconds.sent(event.at, group)
        self._seconds.count(event.at, group, "planned", "sent")
        self._open[self._seconds.number(event.at)] += 1
        if plan.session is not None:
            self._waiting[plan.session] = flight

    def _settle(self, event: Acked | Refused | Limited | Failed, flight: _Flight) -> None:
        outcomes = {Acked: "accepted", Refused: "refused", Limited: "limited", Failed: "failed"}
        self._seconds.count(flight.sent, _group(flight.plan), outcomes[type(event)])
        if not isinstance(event, Acked):
            self._close(flight)
            return
        kind = "session" if flight.plan.session is None else "response"
        self._time(kind, flight, event.at)
        if flight.plan.session is None:
            self._close(flight)
            return
        flight.accepted = True
        self._accepted.append(flight)
        self._close_if_answered(flight)

    def _answer(self, reply: Replied) -> None:
        if reply.problems:
            self._seconds.count(reply.at, "replies", "malformed")
            return
        flight = self._waiting.get(reply.session or "")
        if flight is not None and flight.replied is None:
            flight.replied = reply.at
            self._close_if_answered(flight)

    def _close_if_answered(self, flight: _Flight) -> None:
        if flight.accepted and flight.replied is not None:
            late = flight.replied - flight.sent > self._timeout
            self._seconds.count(flight.sent, "replies", "late" if late else "answered")
            self._time("reply", flight, flight.replied)
            self._close(flight)

    def _expire(self, now: int) -> None:
        """Who got no reply in time is taken for lost."""
        while self._accepted and (self._accepted[0].over or now - self._accepted[0].sent > self._timeout):
            flight = self._accepted.popleft()
            if not flight.over:
                self._seconds.count(flight.sent, "replies", "lost")
                self._close(flight)

    def _time(self, kind: str, flight: _Flight, at: int) -> None:
        self._seconds.latency(flight.sent, kind, at - flight.sent)
        self._seconds.latency(flight.sent, f"{kind}_from_plan", at - flight.plan.at)

    def _close(self, flight: _Flight) -> None:
        flight.over = True
        self._open[self._seconds.number(flight.sent)] -= 1
        if self._waiting.get(flight.plan.session or "") is flight:
            del self._waiting[flight.plan.session or ""]


def _group(plan: Planned) -> Group:
    return "messages" if plan.operation == "sendMessage" else "sessions"

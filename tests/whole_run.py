"""The measurement as it was first written: with the whole run in memory, and every look ahead that this allows.

What is measured as it goes by is held against it. Its times are kept in the plain: a list a kind.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from harness.events import Acked, Event, Failed, Limited, Planned, Refused, Replied, Sent
from harness.measurement import Interval

OUTCOMES = {Acked: "accepted", Refused: "refused", Limited: "limited", Failed: "failed"}


class WholeRun:
    """Everything that can be counted and timed of the events of one phase, given in the order of time."""

    def __init__(self, history: Sequence[Event], timeout_s: float, end: int) -> None:
        self._timeout, self._end = round(timeout_s * 1e9), end
        self.plans: dict[str, Planned] = {}
        self.sent: dict[str, Sent] = {}
        self.outcomes: dict[str, Any] = {}
        for event in history:
            if isinstance(event, Planned):
                self.plans[event.request] = event
            elif isinstance(event, Sent) and event.request in self.plans:
                self.sent[event.request] = event
            elif type(event) in OUTCOMES and event.request in self.plans:
                self.outcomes[event.request] = event
        self.users = {e.session: e.user for e in history if isinstance(e, Acked) and e.session is not None}
        self.messages: list[tuple[str, str, int | None, tuple[int, int] | None]] = []
        self.arrivals: list[tuple[Replied, str]] = []
        self._pair(history)

    def counts(self, operation: str) -> dict[str, int]:
        requests = [name for name, plan in self.plans.items() if plan.operation == operation]
        counted = Counter(self._outcome(name) for name in requests)
        names = ("accepted", "limited", "refused", "failed", "unfinished", "missed")
        sent = len(requests) - counted["missed"]
        return {"planned": len(requests), "sent": sent, **{name: counted[name] for name in names}}

    def times(self) -> dict[str, list[int]]:
        """Nanoseconds, by the name of the latency."""
        found: dict[str, list[int]] = {}
        for name, plan in self.plans.items():
            if name not in self.sent:
                continue
            sent, queued, held = self.sent[name].at, self.sent[name].queued, self.sent[name].held
            found.setdefault("lateness", []).append(sent - plan.at - queued - held)
            found.setdefault("queued", []).append(queued)
            kind = {"sendMessage": "response", "createSession": "session"}.get(plan.operation)
            if kind and isinstance(self.outcomes.get(name), Acked):
                self._add(found, kind, plan.at, sent, self.outcomes[name].at)
        for name, ended, replied, _ in self.messages:
            if ended in ("answered", "late") and replied is not None:
                self._add(found, "reply", self.plans[name].at, self.sent[name].at, replied)
        return found | {"recovery": self.episodes()[0]}

    def interval(self) -> Interval | None:
        possible = [(at - i[1], at - i[0]) for _, ended, at, i in self.messages if ended == "ambiguous" and at and i]
        if not possible:
            return None
        least, most = min(low for low, _ in possible), max(high for _, high in possible)
        return Interval(len(possible), round(least / 1e6, 3), round(most / 1e6, 3))

    def episodes(self) -> tuple[list[int], int]:
        """How long customers were limited until they were let in, in nanoseconds, and how often they never were."""
        durations, unended = [], 0
        for answers in self._by_customer().values():
            since = None
            for sent, answer in answers:
                if isinstance(answer, Limited):
                    since = answer.at if since is None else since
                elif since is not None and sent >= since:
                    durations.append(answer.at - since)
                    since = None
            unended += since is not None
        return durations, unended

    def shares(self) -> dict[str, tuple[int, int]]:
        """Of each customer, how many of his requests were let in, and how many were answered so that it is known."""
        return {
            customer: (sum(not isinstance(answer, Limited) for _, answer in answers), len(answers))
            for customer, answers in self._by_customer().items()
        }

    def _by_customer(self) -> dict[str, list[tuple[int, Any]]]:
        found: dict[str, list[tuple[int, Any]]] = {}
        for name, answer in self.outcomes.items():
            if name in self.sent and isinstance(answer, Acked | Refused | Limited):
                found.setdefault(self.plans[name].customer, []).append((self.sent[name].at, answer))
        return found

    def classes(self) -> Counter[str]:
        return Counter([ended for _, ended, *_ in self.messages] + [ended for _, ended in self.arrivals])

    @staticmethod
    def _add(found: dict[str, list[int]], kind: str, planned: int, sent: int, at: int) -> None:
        found.setdefault(kind, []).append(at - sent)
        found.setdefault(f"{kind}_from_plan", []).append(at - planned)

    def _outcome(self, name: str) -> str:
        if name in self.outcomes:
            return OUTCOMES[type(self.outcomes[name])]
        return "unfinished" if name in self.sent else "missed"

    def _pair(self, history: Iterable[Event]) -> None:
        sessions: dict[str, dict[str, Any]] = {name: self._fresh() for name in self.users}
        for event in history:
            if isinstance(event, Sent) and self._is_accepted(event.request):
                session = sessions.setdefault(self.plans[event.request].session or "", self._fresh())
                session["waiting"].append(event)
                session["candidates"].append(event.at)
            elif isinstance(event, Replied):
                self.arrivals.append((event, self._arrive(event, sessions)))
        for session in sessions.values():
            for left in session["waiting"]:
                ended = "lost" if self._end - left.at >= self._timeout else "unsettled"
                self.messages.append((left.request, ended, None, None))

    @staticmethod
    def _fresh() -> dict[str, Any]:
        return {"waiting": [], "candidates": [], "seen": set(), "answered": False}

    def _is_accepted(self, name: str) -> bool:
        plan = self.plans.get(name)
        return plan is not None and plan.operation == "sendMessage" and isinstance(self.outcomes.get(name), Acked)

    def _arrive(self, reply: Replied, sessions: dict[str, dict[str, Any]]) -> str:
        if reply.problems:
            return "malformed"
        session = sessions.get(reply.session or "")
        user = self.users.get(reply.session or "")
        if session is None or (user is not None and reply.user != user):
            return "misrouted"
        before = reply.digest in session["seen"]
        session["seen"].add(reply.digest)
        if session["waiting"]:
            session["answered"] = True
            self._take(session, reply.at)
            return "first"
        if before:
            return "duplicate"
        return "further" if session["answered"] else "unsolicited"

    def _take(self, session: dict[str, Any], replied: int) -> None:
        message, interval = session["waiting"].pop(0), (session["candidates"][0], session["candidates"][-1])
        exact = len(session["candidates"]) == 1
        if not session["waiting"]:
            session["candidates"].clear()
        late = replied - message.at > self._timeout
        ended = ("late" if late else "answered") if exact else "ambiguous"
        self.messages.append((message.request, ended, replied, interval))

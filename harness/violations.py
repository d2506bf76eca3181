"""The contract under load: every answer and every reply of a run was held against it, and this is what came of it.

Pure: the events of one phase in, one frozen record out. Here nothing is judged: what a violation costs a run is for its
objectives to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.events import BROKE_CONTRACT, Acked, Began, Event, Failed, Limited, Refused, Replied
from harness.exchanges import Exchange, Exchanges

# How many are told one by one: the first of each kind come before the second of any.
MOST_TOLD = 5
# How many kinds are kept apart: a target can make each of its faults another.
MOST_KINDS = 1000
OTHERS = "others"
WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Violation:
    """The first of its kind: what broke the contract ("createSession", "sendMessage", "webhook"), how, when in the run
    (seconds), and how often in all."""

    at_s: float
    where: str
    problem: str
    count: int


@dataclass(frozen=True, slots=True)
class Violations:
    """How many answers and replies were looked at, and how many broke the contract, with the first few kinds of it."""

    checked: int
    broken: int
    first: tuple[Violation, ...]

    @property
    def per_million(self) -> float | None:
        """None where nothing was looked at."""
        return round(1e6 * self.broken / self.checked, 1) if self.checked else None


class Inspection:
    """Takes the events of one phase in the order of time, each with the exchange that it belongs to."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], list[int]] = {}
        self._checked = self._began = 0

    def enter(self, event: Event, exchange: Exchange | None) -> None:
        match event:
            case Began():
                self._began = event.at
            case Failed(status=None):
                pass  # no answer, so none that could break anything
            case Acked() | Refused() | Limited() | Failed():
                self._note(exchange.operation if exchange else "?", _of_answer(event), event.at)
            case Replied():
                self._note(WEBHOOK, event.problems[0] if event.problems else None, event.at)

    def finish(self) -> Violations:
        first = [
            Violation(round((at - self._began) / 1e9, 3), where, problem, count)
            for (where, problem), (at, count) in list(self._kinds.items())[:MOST_TOLD]
        ]
        return Violations(self._checked, sum(count for _, count in self._kinds.values()), tuple(first))

    def _note(self, where: str, problem: str | None, at: int) -> None:
        self._checked += 1
        if problem is not None:
            kind = (where, problem)
            if kind not in self._kinds and len(self._kinds) >= MOST_KINDS:
                kind = (where, OTHERS)
            self._kinds.setdefault(kind, [at, 0])[1] += 1


def violations(events: Iterable[Event]) -> Violations:
    """Of the events of one phase, given in the order of time."""
    inspection, exchanges = Inspection(), Exchanges()
    for event in events:
        inspection.enter(event, exchanges.enter(event))
    return inspection.finish()


def _of_answer(event: Acked | Refused | Limited | Failed) -> str | None:
    if isinstance(event, Failed):
        return event.reason.removeprefix(f"{BROKE_CONTRACT}: ")
    return None if isinstance(event, Acked) else event.problem

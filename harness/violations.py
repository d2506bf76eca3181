"""The contract under load: every answer and every reply of a run was held against it, and this is what came of it.

Pure: the events of one phase in, one frozen record out. Here nothing is judged: what a violation costs a run is for its
objectives to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from harness.events import BROKE_CONTRACT, Acked, Began, Event, Failed, Limited, Planned, Refused, Replied

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


def violations(events: Iterable[Event]) -> Violations:
    """Of the events of one phase, given in the order of time."""
    operations: dict[str, str] = {}
    kinds: dict[tuple[str, str], list[int]] = {}
    checked = began = 0
    for event in events:
        match event:
            case Began():
                began = event.at
            case Planned():
                operations[event.request] = event.operation
            case Acked() | Refused() | Limited() | Failed():
                where = operations.pop(event.request, "?")
                if isinstance(event, Failed) and event.status is None:
                    continue  # no answer, so none that could break anything
                checked += 1
                _note(kinds, where, _of_answer(event), event.at)
            case Replied():
                checked += 1
                _note(kinds, WEBHOOK, event.problems[0] if event.problems else None, event.at)
            case _:
                pass
    first = [
        Violation(round((at - began) / 1e9, 3), where, problem, count)
        for (where, problem), (at, count) in list(kinds.items())[:MOST_TOLD]
    ]
    return Violations(checked, sum(count for _, count in kinds.values()), tuple(first))


def _of_answer(event: Acked | Refused | Limited | Failed) -> str | None:
    if isinstance(event, Failed):
        return event.reason.removeprefix(f"{BROKE_CONTRACT}: ")
    return None if isinstance(event, Acked) else event.problem


def _note(kinds: dict[Any, list[int]], where: str, problem: str | None, at: int) -> None:
    if problem is not None:
        kind = (where, problem)
        if kind not in kinds and len(kinds) >= MOST_KINDS:
            kind = (where, OTHERS)
        kinds.setdefault(kind, [at, 0])[1] += 1

"""The sliding counter: what the window under way has let in, and of the one before the share that is not yet past.

Two ways to compare it are about: `est + 1 <= L`, and `est < L`, which lets one in right at the edge (`eager`).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import floor
from typing import Any, ClassVar, Self

from harness.identification.estimates import quotas
from harness.identification.families.model import Model
from harness.identification.openings import Opening, openings, overlaps
from harness.identification.trace import Decision

SHARES = (0.7, 0.85, 0.95, 1.05, 1.2, 1.5, 2.0)
PHASES = 10
# Of a quota, what makes a burst of it.
BURST = 0.7


class SlidingCounter(Model):
    """`phase` is the time of one edge."""

    family: ClassVar[str] = "sliding_counter"
    continuous: ClassVar[tuple[str, ...]] = ("window", "phase")

    @classmethod
    def propose(cls, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
        """After an edge one is let in each W/L: so the gaps tell the window, and any opening may tell the edge."""
        found = openings(decisions)
        admitted = [each.admitted for each in decisions]
        gaps = []
        for step in (1, 2, 4):
            for start, end in zip(found, found[step:], strict=False):
                taken = sum(admitted[start.admitted : end.admitted])
                gaps.append(((end.early - start.late) / taken, (end.late - start.early) / taken))
        for quota in quotas(decisions, below=1, above=1, most=3):
            lengths = [quota * (low + high) / 2 for low, high in overlaps(gaps, 2)]
            lengths += [max(end.early - start.late for start, end in pairwise(found))] if len(found) > 1 else []
            for window in (length * share for length in lengths for share in SHARES if length > 0):
                phases = [found[0].late - window * step / PHASES for step in range(PHASES)]
                phases += [
                    each.late - window * late / quota for each in _after_bursts(decisions, quota) for late in (0, 1)
                ]
                for phase in phases:
                    for eager in (False, True):
                        yield {"quota": quota, "window": window, "phase": phase, "eager": eager}

    def __init__(self, quota: int, window: float, phase: float, eager: bool = False) -> None:
        self._quota = quota
        self.window = window
        self.phase = phase
        self.eager = eager
        # Below or at this an estimate is let in.
        self._bound = quota - 1e-9 if eager else quota - 1 + 1e-9
        self._number = -(10**9)
        # At least and at most, where it is not known on which side of an edge a request was counted.
        self._former = (0, 0)
        self._current = (0, 0)

    def _turn(self, number: int) -> None:
        if number > self._number:
            self._former = self._current if number == self._number + 1 else (0, 0)
            self._current = (0, 0)
            self._number = number

    def _estimate(self, at: float, number: int, side: int) -> float:
        """In window `number`, at least (side 0) or at most (side 1)."""
        former, current = self._former[side], self._current[side]
        if number > self._number:
            former, current = (current if number == self._number + 1 else 0), 0
        share = min(1.0, max(0.0, 1 - ((at - self.phase) / self.window - number)))
        return former * share + current

    def skim(self, decisions: Sequence[Decision], begin: int) -> int:
        """What can have met no edge."""
        window, bound, number, former, current = self.window, self._bound, self._number, self._former, self._current
        start = number * window + self.phase
        end, at = start + window, begin
        for at in range(begin, len(decisions)):
            earliest, latest, admitted, _, _ = decisions[at]
            before, (least, most) = former, current
            if latest >= end:
                first = floor((earliest - self.phase) / window)
                start = first * window + self.phase
                end = start + window
                if first <= number or latest >= end:
                    break
                before, (least, most) = (current if first == number + 1 else (0, 0)), (0, 0)
            else:
                first = number
            if earliest < start:
                break
            if admitted:
                if before[0] * (end - latest) / window + least > bound:
                    break
                least, most = least + 1, most + 1
            elif before[1] * (end - earliest) / window + most <= bound:
                break
            number, former, current = first, before, (least, most)
        else:
            at = len(decisions)
        self._number, self._former, self._current = number, former, current
        return at

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        first = floor((earliest - self.phase) / self.window)
        last = floor((latest - self.phase) / self.window)
        if not admitted and first < self._number:
            return 0.0  # perhaps it was refused before the edge
        miss = 0.0
        if admitted:
            least = self._estimate(latest, first, 0)
            over = (min(self._estimate(latest, last, 0), least) if last > first else least) - self._bound
            miss = self._distance(over) if over > 0 else 0.0
        else:
            most = self._estimate(earliest, first, 1)
            under = self._bound - (max(self._estimate(earliest, last, 1), most) if last > first else most)
            miss = self._distance(under) if under >= 0 else 0.0
        self._turn(first)
        if admitted:
            if last > first and last > self._number:
                self._current = (self._current[0], self._current[1] + 1)
                self._turn(last)
                self._current = (0, 1)
            elif first < self._number:  # at the edge, as one before it
                self._former = (self._former[0], self._former[1] + 1)
                self._current = (self._current[0], self._current[1] + 1)
            else:
                self._current = (self._current[0] + 1, self._current[1] + 1)
        return miss

    def _distance(self, requests: float) -> float:
        """How long it takes to forget so many: seconds."""
        return requests * self.window / max(1, self._former[1] or self._current[1]) + 1e-9

    def admits(self, at: float) -> bool:
        number = max(self._number, floor((at - self.phase) / self.window))
        return (self._estimate(at, number, 0) + self._estimate(at, number, 1)) / 2 <= self._bound

    def parameters(self) -> dict[str, Any]:
        return {
            "quota": self._quota,
            "window": self.window,
            "phase": self.phase,
            "eager": self.eager,
        }

    def fork(self) -> Self:
        twin = type(self)(**self.parameters())
        twin._number, twin._former, twin._current = self._number, self._former, self._current
        return twin

    @property
    def scale(self) -> float:
        return self.window

    @property
    def span(self) -> float:
        """What came in the window before counts for a while."""
        return 2 * self.window

    @property
    def quota(self) -> int:
        return self._quota


def _after_bursts(decisions: Sequence[Decision], quota: int) -> list[Opening]:
    """The openings that follow a whole quota, which lie just behind an edge: those that are known best."""
    found, before = [], 0
    for each in openings(decisions):
        row = sum(decision.admitted for decision in decisions[before : each.refused])
        before = each.admitted
        if row >= BURST * quota:
            found.append(each)
    return sorted(found, key=lambda each: each.late - each.early)[:3]

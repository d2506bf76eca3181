"""The fixed window on the clock: L are let in between two edges, which lie W seconds apart whoever sends what."""

from collections.abc import Iterator, Sequence
from math import floor
from typing import Any, ClassVar, Self

from harness.identification.estimates import periods, quotas
from harness.identification.families.model import FAR, Model
from harness.identification.trace import Decision


class AlignedWindow(Model):
    """`phase` is the time of one edge."""

    family: ClassVar[str] = "fixed_window_aligned"
    continuous: ClassVar[tuple[str, ...]] = ("window", "phase")
    opens_on_edges: ClassVar[bool] = True

    @classmethod
    def propose(cls, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
        for window, phase in periods(decisions):
            for quota in quotas(decisions, below=1, above=1):
                yield {"quota": quota, "window": window, "phase": phase}

    def __init__(self, quota: int, window: float, phase: float) -> None:
        self._quota = quota
        self.window = window
        self.phase = phase
        self._number = -(10**9)
        self._let_in = (0, 0)

    def skim(self, decisions: Sequence[Decision], begin: int) -> int:
        """What can have met no edge."""
        number, (low, high), quota = self._number, self._let_in, self._quota
        start = number * self.window + self.phase
        end, at = start + self.window, begin
        for at in range(begin, len(decisions)):
            earliest, latest, admitted, _, _ = decisions[at]
            if latest >= end:
                first = floor((earliest - self.phase) / self.window)
                start = first * self.window + self.phase
                end = start + self.window
                if not admitted or first <= number or latest >= end:
                    break
                number, low, high = first, 0, 0
            if earliest < start or (low >= quota if admitted else high < quota):
                break
            if admitted:
                low, high = low + 1, high + 1 if high < quota else quota
        else:
            at = len(decisions)
        self._number, self._let_in = number, (low, high)
        return at

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        first = floor((earliest - self.phase) / self.window)
        last = floor((latest - self.phase) / self.window)
        if not admitted and first < self._number:
            return 0.0  # perhaps it was refused before the edge
        if not admitted and last > first:
            return self._refused_across(earliest, first)
        if first > self._number:
            former, self._number = (self._number, self._let_in), first
            self._let_in = (0, 0)
        else:
            former = (self._number, (0, 0))
        if not admitted:
            return self._refused(earliest, first, former)
        if last > first:
            # At an edge: where it was counted is known only where the old window was full.
            if last > self._number:
                full = self._let_in[0] >= self._quota
                self._number, self._let_in = last, (1, 1) if full else (0, 1)
            else:
                self._let_in = (self._let_in[0], min(self._let_in[1] + 1, self._quota))
            return 0.0
        if self._let_in[0] >= self._quota:
            return (first + 1) * self.window + self.phase - latest + 1e-9
        self._let_in = (self._let_in[0] + 1, min(self._let_in[1] + 1, self._quota))
        return 0.0

    def _refused(self, earliest: float, first: int, former: tuple[int, tuple[int, int]]) -> float:
        if self._let_in[1] >= self._quota:
            return 0.0
        self._let_in = (self._let_in[0], self._quota)
        number, let_in = former
        if number == first - 1 and let_in[1] >= self._quota:
            return earliest - first * self.window - self.phase + 1e-9
        return FAR

    def _refused_across(self, earliest: float, first: int) -> float:
        """By the window before the edge, if that may have been full: behind it nothing was let in yet."""
        full = self._let_in[1] >= self._quota
        if full and self._number == first:
            return 0.0
        return earliest - first * self.window - self.phase + 1e-9 if full and self._number == first - 1 else FAR

    def admits(self, at: float) -> bool:
        return floor((at - self.phase) / self.window) > self._number or self._let_in[1] < self._quota

    def parameters(self) -> dict[str, Any]:
        return {"quota": self._quota, "window": self.window, "phase": self.phase}

    def fork(self) -> Self:
        twin = type(self)(self._quota, self.window, self.phase)
        twin._number, twin._let_in = self._number, self._let_in
        return twin

    @property
    def scale(self) -> float:
        return self.window

    @property
    def quota(self) -> int:
        return self._quota

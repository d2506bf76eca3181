"""The fixed window that begins with its first request: L are let in within W seconds of it, then another can begin."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self

from harness.identification.estimates import ages, first_of_rows, quotas
from harness.identification.families.model import FAR, Model
from harness.identification.trace import Decision

NEVER = -1e9


class FirstHitWindow(Model):
    family: ClassVar[str] = "fixed_window_first_hit"
    continuous: ClassVar[tuple[str, ...]] = ("window",)

    @classmethod
    def propose(cls, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
        began = first_of_rows(decisions)
        for window in ages(decisions, lambda opening: began[opening.refused]):
            for quota in quotas(decisions):
                yield {"quota": quota, "window": window}

    def __init__(self, quota: int, window: float) -> None:
        self._quota = quota
        self.window = window
        # Of the window under way: when it began, and how many it has let in.
        self._began = (NEVER, NEVER)
        self._let_in = (0, 0)

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        low, high = self._began[0] + self.window, self._began[1] + self.window
        if not admitted:
            if earliest < self._began[1] and self._let_in[1] < self._quota:
                return 0.0  # perhaps it was refused before this window began
            if self._let_in[1] < self._quota:
                self._let_in = (self._quota, self._quota)
                return FAR
            return earliest - high
        miss = 0.0
        if earliest >= high:
            self._begin(earliest, latest)
        elif latest >= low and self._let_in[0] >= self._quota:
            self._begin(max(earliest, low), latest)
        elif latest >= low:
            # In the old window or in a new one: that is not known.
            self._began, self._let_in = (max(earliest, low), latest), (0, 1)
        elif self._let_in[0] >= self._quota:
            miss = low - latest
            self._begin(earliest, latest)
        else:
            if self._let_in[0] == 0:
                self._began = (self._began[0], latest)
            self._let_in = (self._let_in[0] + 1, min(self._let_in[1] + 1, self._quota))
        return miss

    def _begin(self, earliest: float, latest: float) -> None:
        self._began, self._let_in = (earliest, latest), (1, 1)

    def admits(self, at: float) -> bool:
        return self._let_in[1] < self._quota or at >= sum(self._began) / 2 + self.window

    def parameters(self) -> dict[str, Any]:
        return {"quota": self._quota, "window": self.window}

    def fork(self) -> Self:
        twin = type(self)(self._quota, self.window)
        twin._began, twin._let_in = self._began, self._let_in
        return twin

    @property
    def scale(self) -> float:
        return self.window

    @property
    def quota(self) -> int:
        return self._quota

"""The sliding log: a request is let in while fewer than L of those let in lie within the last W seconds.

Its cousin logs the refused as well, and so never lets anybody in who keeps asking.
"""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self

from harness.identification.estimates import quotas
from harness.identification.families.model import FAR, Model
from harness.identification.trace import Decision


class SlidingLog(Model):
    family: ClassVar[str] = "sliding_log"
    continuous: ClassVar[tuple[str, ...]] = ("window",)

    @classmethod
    def propose(cls, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
        counted = [each for each in decisions if each.admitted or cls.heeds_refusals]
        for quota in quotas(decisions):
            for window in cls._windows(decisions, counted, quota):
                yield {"quota": quota, "window": window}

    @classmethod
    def _windows(cls, decisions: Sequence[Decision], counted: Sequence[Decision], quota: int) -> Iterator[float]:
        """What is refused had so many before it within a window, and what is let in had not."""
        least, most, seen = 0.0, float("inf"), 0
        lows, highs = [], []
        for each in decisions:
            if seen >= quota:
                oldest = counted[seen - quota]
                if each.admitted:
                    most = min(most, each.latest - oldest.earliest)
                    highs.append(each.latest - oldest.earliest)
                else:
                    least = max(least, each.earliest - oldest.latest)
                    lows.append(each.earliest - oldest.latest)
            seen += each.admitted or cls.heeds_refusals
        if most < float("inf") and most > 0:
            yield (least + most) / 2 if least < most else most
            yield sorted(highs)[len(highs) // 10]
        if lows and least > 0:
            yield least * 1.001

    def __init__(self, quota: int, window: float) -> None:
        self._quota = quota
        self.window = window
        self._early: list[float] = []
        self._late: list[float] = []

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        full = len(self._early) >= self._quota
        if admitted:
            miss = self._early[-self._quota] + self.window - latest if full else 0.0
        else:
            miss = earliest - self._late[-self._quota] - self.window if full else FAR
        if admitted or self.heeds_refusals:
            self._early.append(earliest)
            self._late.append(latest)
        return miss

    def admits(self, at: float) -> bool:
        if len(self._early) < self._quota:
            return True
        return at >= (self._early[-self._quota] + self._late[-self._quota]) / 2 + self.window

    def parameters(self) -> dict[str, Any]:
        return {"quota": self._quota, "window": self.window}

    def fork(self) -> Self:
        twin = type(self)(self._quota, self.window)
        twin._early, twin._late = self._early[-self._quota :], self._late[-self._quota :]
        return twin

    @property
    def scale(self) -> float:
        return self.window

    @property
    def quota(self) -> int:
        return self._quota


class CountingLog(SlidingLog):
    family: ClassVar[str] = "counting_log"
    heeds_refusals: ClassVar[bool] = True

"""The token bucket: each request takes one of B tokens, and one comes back every `interval` seconds.

GCRA and the leaky bucket as a meter decide the same. It is kept as GCRA: the time at which the bucket would be full.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, ClassVar, Self

from harness.identification.estimates import quotas
from harness.identification.families.model import Model
from harness.identification.openings import openings, overlaps
from harness.identification.trace import Decision

# What sums of seconds may be off by.
TINY = 1e-7


class TokenBucket(Model):
    family: ClassVar[str] = "token_bucket"
    continuous: ClassVar[tuple[str, ...]] = ("interval",)

    @classmethod
    def propose(cls, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
        """Between two times at which the bucket was empty as many tokens came as were taken."""
        empty = [number for number, each in enumerate(decisions) if not each.admitted]
        before = list(accumulate((each.admitted for each in decisions), initial=0))
        intervals = []
        for step in (1, 2, 5, 12, 30):
            for start, end in zip(empty, empty[step:], strict=False):
                taken = before[end] - before[start]
                if taken > 1:
                    first, last = decisions[start], decisions[end]
                    bounds = last.earliest - first.latest, last.latest - first.earliest
                    intervals.append((bounds[0] / (taken + 1), bounds[1] / (taken - 1)))
        for step in (1, 3, 9):
            found = openings(decisions)
            for left, right in zip(found, found[step:], strict=False):
                taken = before[right.admitted] - before[left.admitted]
                intervals.append(((right.early - left.late) / taken, (right.late - left.early) / taken))
        for low, high in overlaps(((max(low, 1e-6), high) for low, high in intervals), 4):
            interval = (low + high) / 2
            for quota in _bursts(decisions, interval):
                yield {"quota": quota, "interval": interval}

    def __init__(self, quota: int, interval: float) -> None:
        self._quota = quota
        self.interval = interval
        self._slack = (quota - 1) * interval
        # When it will be full: at the earliest and the latest.
        self._full = (-1e9, -1e9)
        # How far that is off at most from the last decision, whenever that fell: those of one group stand close.
        self._depth = 0.0
        self._last = -1e9

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        low, high = self._full
        depth = max(0.0, self._depth - max(0.0, earliest - self._last))
        self._last = latest
        if not admitted:
            miss = max(earliest - high + self._slack, self._slack - depth + TINY)
            self._full = (max(low, earliest + self._slack), max(high, earliest + self._slack))
            self._depth = max(depth, self._slack)
            return miss
        miss = low - self._slack - latest
        low, high = min(low, latest + self._slack), min(high, latest + self._slack)
        self._full = (max(low, earliest) + self.interval, max(high, latest) + self.interval)
        self._depth = min(depth, self._slack) + self.interval
        return miss

    def admits(self, at: float) -> bool:
        return at >= sum(self._full) / 2 - self._slack

    def parameters(self) -> dict[str, Any]:
        return {"quota": self._quota, "interval": self.interval}

    def fork(self) -> Self:
        twin = type(self)(self._quota, self.interval)
        twin._full, twin._depth, twin._last = self._full, self._depth, self._last
        return twin

    @property
    def scale(self) -> float:
        return self.interval * self._quota

    @property
    def finest(self) -> float:
        """However fast it refills: that is a rate, which shows in many requests."""
        return float("inf")

    @property
    def quota(self) -> int:
        return self._quota


def _bursts(decisions: Sequence[Decision], interval: float) -> list[int]:
    """What the bucket held, by what was let in before the first refusal less what came back meanwhile: requests."""
    first = next((number for number, each in enumerate(decisions) if not each.admitted), len(decisions) - 1)
    lasted = decisions[first].latest - decisions[0].earliest
    held = first - round(lasted / interval)
    near = [held + off for off in (0, 1, -1, 2, -2, 3, -3, 4)]
    return [quota for quota in dict.fromkeys([*near, *quotas(decisions, below=3, above=0, most=5)]) if quota >= 1]

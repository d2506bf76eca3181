"""The quantised bucket: B tokens at most; `batch` of them come back at once every `interval` seconds, on the clock."""

from collections.abc import Iterator, Mapping, Sequence
from math import floor
from typing import Any, ClassVar, Self

from harness.identification.estimates import periods, quotas
from harness.identification.families.model import FAR, Model
from harness.identification.trace import Decision


class QuantisedBucket(Model):
    """`phase` is the time of one of its ticks."""

    family: ClassVar[str] = "quantised_bucket"
    continuous: ClassVar[tuple[str, ...]] = ("interval", "phase")

    @classmethod
    def propose(cls, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
        counts = quotas(decisions, below=1, above=1)
        for interval, phase in periods(decisions):
            for quota in counts[:5]:
                for batch in {each for each in counts if 2 <= each < quota}:
                    yield {"quota": quota, "batch": batch, "interval": interval, "phase": phase}

    @classmethod
    def sensible(cls, parameters: Mapping[str, Any]) -> bool:
        """One at a time is a token bucket, all at once a window."""
        return bool(2 <= parameters["batch"] < parameters["quota"])

    def __init__(self, quota: int, batch: int, interval: float, phase: float) -> None:
        self._quota = quota
        self.batch = batch
        self.interval = interval
        self.phase = phase
        self._tick = -(10**9)
        self._tokens = (quota, quota)

    def _at(self, tick: int) -> tuple[int, int]:
        more = self.batch * max(0, tick - self._tick)
        return min(self._quota, self._tokens[0] + more), min(self._quota, self._tokens[1] + more)

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        first = max(self._tick, floor((earliest - self.phase) / self.interval))
        last = max(first, floor((latest - self.phase) / self.interval))
        before, after = self._at(first), self._at(last)
        miss = 0.0
        if not admitted and (last > first or floor((earliest - self.phase) / self.interval) < self._tick):
            return 0.0  # perhaps it was refused before the tick
        if admitted:
            if after[1] < 1:
                miss = (last + 1) * self.interval + self.phase - latest + 1e-9
            low, high = max(0, min(after[0], before[0] - 1 + self.batch * (last - first)) - 1), max(0, after[1] - 1)
            low = max(0, after[0] - 1) if first == last else low
            self._tokens = (low, max(low, high))
        else:
            if before[0] >= 1:
                ticked = first > self._tick and self._tokens[0] < 1 and before[0] <= self.batch
                miss = earliest - first * self.interval - self.phase + 1e-9 if ticked else FAR
            spent = 0 if first == last else self.batch * (last - first)
            self._tokens = (min(self._quota, spent) if first != last else 0, min(self._quota, spent))
        self._tick = last
        return miss

    def admits(self, at: float) -> bool:
        return sum(self._at(max(self._tick, floor((at - self.phase) / self.interval)))) >= 2

    def parameters(self) -> dict[str, Any]:
        return {"quota": self._quota, "batch": self.batch, "interval": self.interval, "phase": self.phase}

    def fork(self) -> Self:
        twin = type(self)(self._quota, self.batch, self.interval, self.phase)
        twin._tick, twin._tokens = self._tick, self._tokens
        return twin

    @property
    def scale(self) -> float:
        return self.interval * max(1.0, self._quota / self.batch)

    @property
    def quota(self) -> int:
        return self._quota

    @property
    def finest(self) -> float:
        return self.interval

    @property
    def sustainable(self) -> float:
        return self.batch / self.interval

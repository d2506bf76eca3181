"""The same histogram for many small groups: only what was seen takes room, it travels as JSON, and merges without loss.

Values fall into the buckets that an HDR histogram of so many digits has, so that a value comes out as it would there.
A run is cut into hundreds of seconds, and a full histogram is 180 kB: of a second there is a dictionary instead.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.histogram import HIGHEST_US, Latency, rank

# How many bits of a value are kept, by digits: those of HDR's sub-buckets.
_BITS = {2: 8, 3: 11}


class SparseHistogram:
    """Nanoseconds in, milliseconds out. Count, minimum, maximum and mean are exact; 2 digits are good to 0.8 %."""

    __slots__ = ("_bits", "_counts", "_least_ns", "_most_ns", "_total_ns", "count")

    def __init__(self, digits: int = 3) -> None:
        self._bits = _BITS[digits]
        self._counts: dict[int, int] = {}
        self.count = 0
        self._total_ns = 0
        self._least_ns = 0
        self._most_ns = 0

    def record(self, nanoseconds: int) -> None:
        """A value below zero counts as it is in mean and minimum, and as 0 elsewhere."""
        if not self.count:
            self._least_ns = self._most_ns = nanoseconds
        elif nanoseconds > self._most_ns:
            self._most_ns = nanoseconds
        elif nanoseconds < self._least_ns:
            self._least_ns = nanoseconds
        self.count += 1
        self._total_ns += nanoseconds
        index = self._index(min(max(nanoseconds // 1000, 0), HIGHEST_US))
        self._counts[index] = self._counts.get(index, 0) + 1

    def merge(self, other: "SparseHistogram") -> None:
        """As if all that the other recorded had been recorded here. Both have the same number of digits."""
        assert self._bits == other._bits
        if not other.count:
            return
        self._least_ns = min(self._least_ns, other._least_ns) if self.count else other._least_ns
        self._most_ns = max(self._most_ns, other._most_ns) if self.count else other._most_ns
        self.count += other.count
        self._total_ns += other._total_ns
        for index, count in other._counts.items():
            self._counts[index] = self._counts.get(index, 0) + count

    def subtract(self, other: "SparseHistogram", rest: Iterable["SparseHistogram"]) -> None:
        """Takes out what was merged in. The extremes are those of the `rest`, which is all that is left in."""
        self.count -= other.count
        self._total_ns -= other._total_ns
        for index, count in other._counts.items():
            self._counts[index] -= count
            if not self._counts[index]:
                del self._counts[index]
        left = [each for each in rest if each.count]
        self._least_ns = min((each._least_ns for each in left), default=0)
        self._most_ns = max((each._most_ns for each in left), default=0)

    def percentiles(self, *wanted: float) -> list[float]:
        """Milliseconds by nearest rank, for percentiles in ascending order. There is at least one sample."""
        found, passed, buckets = [], 0, iter(sorted(self._counts.items()))
        highest = 0
        for percentile in wanted:
            place = rank(percentile, self.count)
            while passed <= place:
                index, count = next(buckets)
                passed, highest = passed + count, self._highest_us(index) * 1000
            found.append(_ms(min(max(highest, self._least_ns), self._most_ns)))
        return found

    def summary(self) -> Latency | None:
        if not self.count:
            return None
        mean = round(self._total_ns / self.count / 1e6, 3)
        p50, p90, p95, p99, p99_9 = self.percentiles(50, 90, 95, 99, 99.9)
        return Latency(self.count, _ms(self._least_ns), p50, p90, p95, p99, p99_9, _ms(self._most_ns), mean)

    def to_json(self) -> dict[str, Any]:
        """Plain data; `from_json` makes the same histogram of it."""
        return {
            "digits": next(digits for digits, bits in _BITS.items() if bits == self._bits),
            "least_ns": self._least_ns,
            "most_ns": self._most_ns,
            "total_ns": self._total_ns,
            "counts": [[index, count] for index, count in sorted(self._counts.items())],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SparseHistogram":
        made = cls(data["digits"])
        made._counts = dict(data["counts"])
        made.count = sum(made._counts.values())
        made._least_ns, made._most_ns, made._total_ns = data["least_ns"], data["most_ns"], data["total_ns"]
        return made

    def _index(self, microseconds: int) -> int:
        shift = max(microseconds.bit_length() - self._bits, 0)
        return (shift << (self._bits - 1)) + (microseconds >> shift)

    def _highest_us(self, index: int) -> int:
        """The highest value in that bucket."""
        half = 1 << (self._bits - 1)
        shift = max((index >> (self._bits - 1)) - 1, 0)
        return ((index - shift * half + 1) << shift) - 1


def _ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)

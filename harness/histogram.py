"""Latencies in a High Dynamic Range histogram: no rounding that matters, no sample kept, merges without loss.

Values go in as nanoseconds and come out as milliseconds. The resolution is a microsecond or 0.1 %, whichever is larger
(three significant digits from 1 µs to one hour); count, minimum, maximum and mean are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from hdrh.histogram import HdrHistogram

HIGHEST_US = 3_600_000_000
DIGITS = 3
# The samples that a percentile needs to be more than the maximum under another name.
NEEDS = {"p50": 2, "p90": 10, "p95": 20, "p99": 100, "p99_9": 1000}
# The percentiles that a curve is drawn through: denser towards the tail, where the news is.
CURVE = (0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 97.5, 99.0, 99.5, 99.75, 99.9, 99.95, 99.99, 100.0)


@dataclass(frozen=True, slots=True)
class Latency:
    """A summary in milliseconds, with the number of samples that it stands on. Without samples there is none."""

    count: int
    min: float
    p50: float
    p90: float
    p95: float
    p99: float
    p99_9: float
    max: float
    mean: float


class Histogram:
    """Accumulates latencies; `summary` and `curve` read them."""

    def __init__(self) -> None:
        self._buckets = HdrHistogram(1, HIGHEST_US, DIGITS)
        self._count = 0
        self._total_ns = 0
        self._least_ns = 0
        self._most_ns = 0

    @property
    def count(self) -> int:
        return self._count

    def record(self, nanoseconds: int) -> None:
        """A value below zero, as two clocks may give, counts as it is in mean and minimum, and as 0 elsewhere."""
        self._least_ns = min(self._least_ns, nanoseconds) if self._count else nanoseconds
        self._most_ns = max(self._most_ns, nanoseconds) if self._count else nanoseconds
        self._count += 1
        self._total_ns += nanoseconds
        self._buckets.record_value(min(max(nanoseconds // 1000, 0), HIGHEST_US))

    def percentile(self, percentile: float) -> float:
        """Milliseconds; never outside what was recorded."""
        # The library rounds the rank to the nearest; a percentile is a value that at least so many are not above.
        nearest = 100 * (rank(percentile, self._count) + 1) / self._count
        bucket: int = self._buckets.get_value_at_percentile(nearest)
        return _ms(min(max(bucket * 1000, self._least_ns), self._most_ns))

    def summary(self) -> Latency | None:
        if not self._count:
            return None
        p50, p90, p95, p99, p99_9 = (self.percentile(p) for p in (50, 90, 95, 99, 99.9))
        mean = round(self._total_ns / self._count / 1e6, 3)
        return Latency(self._count, _ms(self._least_ns), p50, p90, p95, p99, p99_9, _ms(self._most_ns), mean)

    def curve(self) -> list[tuple[float, float]]:
        """(percentile, milliseconds) from the least to the most; empty without samples."""
        return [(p, self.percentile(p)) for p in CURVE] if self._count else []


def summarise(nanoseconds: Sequence[int]) -> Latency | None:
    """The same summary of a few samples at hand, by nearest rank: cheaper than a histogram for each of many groups."""
    if not nanoseconds:
        return None
    ordered = sorted(nanoseconds)
    p50, p90, p95, p99, p99_9 = (_ms(ordered[rank(p, len(ordered))]) for p in (50, 90, 95, 99, 99.9))
    mean = _ms(sum(ordered) // len(ordered))
    return Latency(len(ordered), _ms(ordered[0]), p50, p90, p95, p99, p99_9, _ms(ordered[-1]), mean)


def rank(percentile: float, count: int) -> int:
    """The place, from 0, of the nearest-rank percentile among `count` sorted samples."""
    return max(0, ceil(round(count * percentile / 100, 6)) - 1)


def _ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)

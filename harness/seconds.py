"""A run second by second: counts, and latencies in sparse histograms, which add up over any stretch of seconds.

Pure. A second is counted from the run's beginning, as in the series of `harness.measurement`: what is known of a
request belongs to the second in which it was sent (to that of its plan where it never was), an arrival to its own.

A sparse histogram holds only the buckets that something fell into, so a second costs as much as was different in it.
Its resolution is a microsecond or 0.1 %, whichever is larger; count, minimum, maximum and mean are exact.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from itertools import accumulate
from typing import Literal

from harness.histogram import Latency, rank

SECOND = 1_000_000_000
Group = Literal["messages", "sessions", "replies"]
# Buckets are of equal width below this many microseconds, and from there on twice as wide with each doubling.
_FINE = 11
_PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)


class Sparse:
    """Latencies in nanoseconds go in, a summary in milliseconds comes out."""

    __slots__ = ("buckets", "count", "least", "most", "total")

    def __init__(self) -> None:
        self.buckets: Counter[int] = Counter()
        self.count = self.total = self.least = self.most = 0

    def record(self, nanoseconds: int) -> None:
        self.least = min(self.least, nanoseconds) if self.count else nanoseconds
        self.most = max(self.most, nanoseconds) if self.count else nanoseconds
        self.count += 1
        self.total += nanoseconds
        self.buckets[_bucket(max(nanoseconds // 1000, 0))] += 1


class Moment:
    """One second as it fills."""

    __slots__ = ("counts", "latencies")

    def __init__(self) -> None:
        self.counts: Counter[tuple[Group, str]] = Counter()
        self.latencies: dict[str, Sparse] = {}


class Stretch:
    """Seconds in a row, as one. It has the figures of a whole run's measurements, and moves on at both ends."""

    def __init__(self) -> None:
        self._moments: deque[Moment] = deque()
        self._counts: Counter[tuple[Group, str]] = Counter()
        self._buckets: dict[str, Counter[int]] = {}

    @property
    def messages(self) -> Mapping[str, int]:
        return self._of("messages")

    @property
    def sessions(self) -> Mapping[str, int]:
        return self._of("sessions")

    @property
    def replies(self) -> Mapping[str, int]:
        return self._of("replies")

    @property
    def latencies(self) -> Mapping[str, Latency | None]:
        return {kind: self._summary(kind, buckets) for kind, buckets in self._buckets.items()}

    @property
    def duration_s(self) -> float:
        return float(len(self._moments))

    def push(self, moment: Moment) -> None:
        self._moments.append(moment)
        self._counts.update(moment.counts)
        for kind, latency in moment.latencies.items():
            self._buckets.setdefault(kind, Counter()).update(latency.buckets)

    def pop(self) -> None:
        """The earliest second leaves."""
        moment = self._moments.popleft()
        self._counts.subtract(moment.counts)
        for kind, latency in moment.latencies.items():
            buckets = self._buckets[kind]
            for bucket, count in latency.buckets.items():
                buckets[bucket] -= count
                if not buckets[bucket]:
                    del buckets[bucket]

    def _of(self, group: Group) -> Mapping[str, int]:
        return Counter({name: count for (where, name), count in self._counts.items() if where == group})

    def _summary(self, kind: str, buckets: Counter[int]) -> Latency | None:
        parts = [moment.latencies[kind] for moment in self._moments if kind in moment.latencies]
        if not parts:
            return None
        count, total = sum(part.count for part in parts), sum(part.total for part in parts)
        least, most = min(part.least for part in parts), max(part.most for part in parts)
        values = sorted(buckets)
        reached = list(accumulate(buckets[value] for value in values))

        def at(percentile: float) -> float:
            value = _highest(values[bisect_left(reached, rank(percentile, count) + 1)]) * 1000
            return _ms(min(max(value, least), most))

        p50, p90, p95, p99, p99_9 = map(at, _PERCENTILES)
        return Latency(count, _ms(least), p50, p90, p95, p99, p99_9, _ms(most), _ms(total / count))


class Seconds:
    """A run's seconds as they fill. Only latencies of the `kinds` that somebody will ask for are kept."""

    def __init__(self, begin: int, kinds: Collection[str] = ()) -> None:
        """`begin` is the moment from which seconds are counted (monotonic nanoseconds)."""
        self._begin = begin
        self._kinds = frozenset(kinds)
        self._moments: dict[int, Moment] = {}
        self._sent: dict[Group, tuple[int, int]] = {}

    def number(self, at: int) -> int:
        """The second in which `at` lies."""
        return (at - self._begin) // SECOND

    def moment(self, second: int) -> int:
        """When that second begins (monotonic nanoseconds)."""
        return self._begin + second * SECOND

    def count(self, at: int, group: Group, *names: str) -> None:
        moment = self._moments.setdefault(self.number(at), Moment())
        for name in names:
            moment.counts[group, name] += 1

    def sent(self, at: int, group: Group) -> None:
        """A request went out. Between the first and the last of them lie the seconds that are whole."""
        first, last = self._sent.get(group, (at, at))
        self._sent[group] = min(first, at), max(last, at)

    def latency(self, at: int, kind: str, nanoseconds: int) -> None:
        if kind in self._kinds:
            latencies = self._moments.setdefault(self.number(at), Moment()).latencies
            latencies.setdefault(kind, Sparse()).record(nanoseconds)

    def whole(self, group: Group) -> range:
        """The seconds in which requests were sent from beginning to end: not the ragged one at either edge."""
        if group not in self._sent:
            return range(0)
        first, last = self._sent[group]
        return range(-((self._begin - first) // SECOND), (last - self._begin) // SECOND)

    def at(self, second: int) -> Moment:
        return self._moments.get(second) or Moment()

    def stretch(self, seconds: Iterable[int]) -> Stretch:
        """These seconds as one."""
        stretch = Stretch()
        for second in seconds:
            stretch.push(self.at(second))
        return stretch

    def forget(self, before: int) -> None:
        """Makes room: seconds before that one will not be asked for again."""
        for second in [second for second in self._moments if second < before]:
            del self._moments[second]


def _bucket(microseconds: int) -> int:
    """The least value of the bucket, in microseconds."""
    shift = max(0, microseconds.bit_length() - _FINE)
    return microseconds >> shift << shift


def _highest(bucket: int) -> int:
    """The highest value of that bucket."""
    return bucket + (1 << max(0, bucket.bit_length() - _FINE)) - 1


def _ms(nanoseconds: float) -> float:
    return round(nanoseconds / 1e6, 3)

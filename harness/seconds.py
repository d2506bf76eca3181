"""A run second by second: counts, and latencies in sparse histograms, which add up over any stretch of seconds.

Pure. A second is counted from the run's beginning, as in the series of `harness.measurement`: what is known of a
request belongs to the second in which it was sent (to that of its plan where it never was), an arrival to its own.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

from harness.histogram import Latency
from harness.kept import Kept, Shelf
from harness.sparse import SparseHistogram

SECOND = 1_000_000_000
Group = Literal["messages", "sessions", "replies"]
# Seconds that are held in memory, of those in which something may still change: all.
MOST_HELD = 120


class Moment:
    """One second as it fills."""

    __slots__ = ("counts", "latencies")

    def __init__(self) -> None:
        self.counts: Counter[tuple[Group, str]] = Counter()
        self.latencies: dict[str, SparseHistogram] = {}

    def merge(self, other: "Moment") -> None:
        self.counts.update(other.counts)
        for kind, latency in other.latencies.items():
            self.latencies.setdefault(kind, SparseHistogram()).merge(latency)


class Stretch:
    """Seconds in a row, as one. It has the figures of a whole run's measurements, and moves on at both ends."""

    def __init__(self) -> None:
        self._moments: deque[Moment] = deque()
        self._counts: Counter[tuple[Group, str]] = Counter()
        self._latencies: dict[str, SparseHistogram] = {}

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
    def customers(self) -> Mapping[str, int]:
        """None: what became of a customer is a matter of the whole run."""
        return {}

    @property
    def latencies(self) -> Mapping[str, Latency | None]:
        return {kind: histogram.summary() for kind, histogram in self._latencies.items()}

    @property
    def duration_s(self) -> float:
        return float(len(self._moments))

    def push(self, moment: Moment) -> None:
        self._moments.append(moment)
        self._counts.update(moment.counts)
        for kind, latency in moment.latencies.items():
            self._latencies.setdefault(kind, SparseHistogram()).merge(latency)

    def pop(self) -> None:
        """The earliest second leaves."""
        moment = self._moments.popleft()
        self._counts.subtract(moment.counts)
        for kind, latency in moment.latencies.items():
            left = (each.latencies[kind] for each in self._moments if kind in each.latencies)
            self._latencies[kind].subtract(latency, left)

    def _of(self, group: Group) -> Mapping[str, int]:
        return Counter({name: count for (where, name), count in self._counts.items() if where == group})


class Seconds:
    """A run's seconds as they fill. Only latencies of the `kinds` that somebody will ask for are kept."""

    def __init__(self, begin: int, kinds: Collection[str] = (), shelf: Shelf | None = None) -> None:
        """`begin` is the moment from which seconds are counted (monotonic nanoseconds)."""
        self._begin = begin
        self._kinds = frozenset(kinds)
        self._moments: Kept[Moment] = Kept(_pack, _unpack, shelf, MOST_HELD)
        self._sent: dict[Group, tuple[int, int]] = {}

    def number(self, at: int) -> int:
        """The second in which `at` lies."""
        return (at - self._begin) // SECOND

    def moment(self, second: int) -> int:
        """When that second begins (monotonic nanoseconds)."""
        return self._begin + second * SECOND

    def count(self, at: int, group: Group, *names: str) -> None:
        moment = self._moment(at)
        for name in names:
            moment.counts[group, name] += 1

    def sent(self, at: int, group: Group) -> None:
        """A request went out. Between the first and the last of them lie the seconds that are whole."""
        first, last = self._sent.get(group, (at, at))
        self._sent[group] = min(first, at), max(last, at)

    def latency(self, at: int, kind: str, nanoseconds: int) -> None:
        if kind in self._kinds:
            latencies = self._moment(at).latencies
            latencies.setdefault(kind, SparseHistogram()).record(nanoseconds)

    def whole(self, group: Group) -> range:
        """The seconds in which requests were sent from beginning to end: not the ragged one at either edge."""
        if group not in self._sent:
            return range(0)
        first, last = self._sent[group]
        return range(-((self._begin - first) // SECOND), (last - self._begin) // SECOND)

    def busy(self, *groups: Group) -> range:
        """The seconds from the first in which a request of these groups was sent to the last."""
        sent = [self._sent[group] for group in groups if group in self._sent]
        if not sent:
            return range(0)
        return range(self.number(min(first for first, _ in sent)), self.number(max(last for _, last in sent)) + 1)

    def at(self, second: int) -> Moment:
        return self._moments.look(str(second)) or Moment()

    def stretch(self, seconds: Iterable[int]) -> Stretch:
        """These seconds as one."""
        stretch = Stretch()
        for second in seconds:
            stretch.push(self.at(second))
        return stretch

    def forget(self, before: int) -> None:
        """Makes room: seconds before that one will not be asked for again."""
        for second in [second for second, _ in self._moments.items() if int(second) < before]:
            self._moments.pop(second)

    def _moment(self, at: int) -> Moment:
        second = str(self.number(at))
        moment = self._moments.get(second)
        if moment is None:
            moment = Moment()
            self._moments.put(second, moment)
        return moment


def _pack(moment: Moment) -> list[Any]:
    return [
        [[group, name, count] for (group, name), count in moment.counts.items()],
        {kind: latency.to_json() for kind, latency in moment.latencies.items()},
    ]


def _unpack(data: list[Any]) -> Moment:
    moment = Moment()
    moment.counts.update({(group, name): count for group, name, count in data[0]})
    moment.latencies = {kind: SparseHistogram.from_json(latency) for kind, latency in data[1].items()}
    return moment

"""Two limiters that a serial client never meets: one that makes requests wait in line, and one that counts those under
way. Both are told by groups of requests sent at once: the first by its latencies, the second because each group fares
as well as the one before it, however soon it follows.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import linear_regression, mean, median
from typing import Any

from harness.identification.probe import Probe
from harness.identification.trace import Observation

QUEUEING, CONCURRENCY = "queueing_bucket", "concurrency"
# A line of waiting requests: at least so many, the last of which waits this many times as long as the first, and none
# of which is off an even pace by more than this share of all.
LINE, LONGER, EVEN = 3, 3.0, 0.2
GROUPS, ALONE = 2, 6
# To be let in takes at least so much longer than to be refused, for that is what holds a place: else what refuses is a
# rate that brings all of it back within a round trip.
HELD = 0.1
# What so many groups in a row leave as it is, is right.
SETTLED = 2
LARGEST = 128
# Of a group that is to fill a line, so many are to be refused: the last of them tells when it was full.
REFUSED = 12
# Groups that fare alike: the worst against the best. Some of those that are let in may be done before the last arrive.
ALIKE = 0.7
# Before the last of them nothing is sent for so many times as long as one takes: what a rate brings back shows there.
REST = 10


@dataclass(frozen=True, slots=True)
class Parallel:
    """`parameters` are requests, and requests a second. `even` is how alike the groups were: 1.0 is perfectly."""

    family: str
    parameters: dict[str, Any]
    even: float
    numbers: tuple[int, ...] = field(default=())

    @property
    def sustainable(self) -> float | None:
        rate = self.parameters.get("rate")
        return float(rate) if rate is not None else None


def line_of(group: Sequence[Observation]) -> tuple[float, int] | None:
    """(requests a second, how many were let in), where those let in came out one after the other at an even pace."""
    received = sorted(each.received for each in group if each.admitted)
    if len(received) < LINE:
        return None
    begin, lasts = received[0], received[-1] - received[0]
    # Each of them tells of the pace: an answer that is late makes less of a difference than at either end.
    pace, _ = linear_regression(range(len(received)), received)
    if lasts <= 0 or received[-1] - group[0].sent < LONGER * (begin - group[0].sent):
        return None
    if any(abs(each - begin - number * pace) > EVEN * lasts for number, each in enumerate(received)):
        return None
    return 1 / pace, len(received)


def places(group: Sequence[Observation], rate: float) -> float | None:
    """How many find room at once in a line that is worked off at `rate` a second: those let in, less those who had left
    by the time the last was refused, whose places others took. Up to one too few, since nobody leaves in parts; None
    where nobody was refused."""
    received = sorted(each.received for each in group if each.admitted)
    refused = [each for each in group if not each.admitted]
    if not refused:
        return None
    way = median(each.received - each.sent for each in refused) / 2
    # The first leaves the line when the next one's turn comes; each end of the line tells when that was.
    began = mean(at - number / rate for number, at in enumerate(received)) - way
    last = max((each.sent + each.received) / 2 for each in refused)
    return len(received) - max(0.0, (last - began) * rate)


def queueing(group: Sequence[Observation], now: float) -> Generator[Probe, Sequence[Observation], Parallel | None]:
    """Again from an empty line, to make sure, where a refused group looked like one."""
    found = line_of(group)
    if found is None or all(each.admitted for each in group):
        return None
    rate, count = found
    lines = []
    for _ in range(2):
        seen = yield Probe(now + 1.5 / rate, min(LARGEST, count + REFUSED), "do they wait in line?")
        now = max(each.received for each in seen)
        lines.append((seen, line_of(seen)))
    rates = [line[0] for _, line in lines if line]
    if len(rates) < len(lines):
        return None
    rate = mean(rates)
    seen_places = [places(seen, rate) for seen, _ in lines]
    known = [each for each in seen_places if each is not None]
    # Where nobody was refused it is at least as long.
    quota = max(1, ceil(mean(known))) if known else max(line[1] for _, line in lines if line)
    return Parallel(QUEUEING, {"rate": rate, "burst": quota - 1, "quota": quota}, min(rates) / max(rates))


def concurrency(group: Sequence[Observation], now: float) -> Generator[Probe, Sequence[Observation], Parallel | None]:
    """Groups close upon each other, single requests as fast as they can go, and a group after a rest."""
    let_in = sum(each.admitted for each in group)
    if let_in == len(group) or let_in == 0:
        return None
    groups, took = [group], 0.0
    for _ in range(GROUPS):
        seen = yield Probe(now, len(group), "does the next group fare as well?")
        groups.append(seen)
        took, now = max(each.received for each in seen) - seen[0].sent, max(each.received for each in seen)
    singles = []
    for _ in range(ALONE):
        [alone] = yield Probe(now, 1, "is one alone let in?")
        now = alone.received
        singles.append(alone)
        if not alone.admitted:
            return None
    rested = yield Probe(now + REST * took, len(group), "does a group after a rest fare any better?")
    groups.append(rested)
    counts = [sum(each.admitted for each in seen) for seen in groups]
    even = min(counts) / max(counts)
    if even < ALIKE or longer(groups, singles) < HELD:
        return None
    quota = yield from _at_most(min(counts), max(each.received for each in rested))
    return Parallel(CONCURRENCY, {"quota": quota}, even)


def longer(groups: Sequence[Sequence[Observation]], singles: Sequence[Observation]) -> float:
    """How much longer it takes to answer one that is let in than one that is refused, as a share of the latter."""
    refused = median(each.received - each.sent for group in groups for each in group if not each.admitted)
    return median(each.received - each.sent for each in singles) / refused - 1


def _at_most(count: int, now: float) -> Generator[Probe, Sequence[Observation], int]:
    """Of a group that meets a refusal, no fewer than the limit are let in; and more of them only where some are done
    before the last arrive, which those of a smaller group are not. So it shrinks as long as that changes anything."""
    unchanged = 0
    while count > 1 and unchanged < SETTLED:
        seen = yield Probe(now, count + 1, "how many at once, and not one more?")
        now = max(each.received for each in seen)
        fewer = min(count, sum(each.admitted for each in seen))
        unchanged = unchanged + 1 if fewer == count else 0
        count = fewer
    return count

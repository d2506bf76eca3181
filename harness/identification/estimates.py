"""First guesses of a quota, a period or an age, from nothing but when a limiter refused and let in."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from math import ceil, floor

from harness.identification.lattice import lattice
from harness.identification.openings import Opening, openings, overlaps, rows
from harness.identification.trace import Decision

# The most periods that may lie between two openings that follow each other.
SKIPPED = 12
# So many of the openings known best are taken in pairs; what is unclear by more than this many periods waits.
SHARP, UNCLEAR = 4, 0.6
# Of so many of the likeliest periods several are tried, at these shares of their bounds.
SPREAD, WITHIN = 2, (0.5, 0.2, 0.8)
# Of a period so many for each that would lie between the two ends of its bounds by the end, up to this many.
FINE, MOST_SHARES = 4, 9


def quotas(decisions: Sequence[Decision], below: int = 1, above: int = 1, most: int = 8) -> list[int]:
    """How many were let in at once, by how often, and their neighbours: requests."""
    counts = Counter(rows(decisions))
    if not counts:
        return []
    largest = max(counts)
    common = [count for count, _ in counts.most_common(3)]
    found: dict[int, None] = {}
    for count in (largest, *common, min(counts)):
        found[count] = None
    for count in (largest, *common[:1]):
        for near in range(1, max(below, above) + 1):
            found |= {count - near: None} if near <= below else {}
            found |= {count + near: None} if near <= above else {}
    return [count for count in found if count >= 1][:most]


def ages(decisions: Sequence[Decision], anchor: Callable[[Opening], Decision | None]) -> Iterator[float]:
    """How long before the openings their anchors lie: seconds. The middle of where most agree."""
    anchored = [(each, anchor(each)) for each in openings(decisions)]
    intervals = [(each.early - first.latest, each.late - first.earliest) for each, first in anchored if first]
    for low, high in overlaps((max(low, 1e-6), high) for low, high in intervals):
        yield (low + high) / 2


def periods(decisions: Sequence[Decision], most: int = 8) -> list[tuple[float, float]]:
    """(period, phase) on which every opening, or all but few, may lie: seconds. The longest first; of the likeliest
    ones several within what the openings leave open, for what is counted may turn on a hundredth of them."""
    found = openings(decisions)
    if len(found) < 2:
        return []
    sharp = sorted(found, key=lambda each: each.late - each.early)[:SHARP]
    sharpest = sharp[0]
    candidates = [(0, *bounds) for bounds in lattice(decisions)] or _nearly(found, sharp)
    lasted = decisions[-1].latest - decisions[0].earliest
    ordered = sorted(set(candidates), key=lambda each: (each[0], -each[1]))[:most]
    return [
        (low + share * (high - low), sharpest.early + where * (sharpest.late - sharpest.early))
        for number, (_, low, high) in enumerate(ordered)
        for share, where in (product(_shares(low, high, lasted), WITHIN) if number < SPREAD else ((0.5, 0.5),))
    ]


def _nearly(found: Sequence[Opening], sharp: Sequence[Opening]) -> list[tuple[int, float, float]]:
    """Periods on which all openings but few may lie: how many do not, and the bounds, seconds."""
    candidates: list[tuple[int, float, float]] = []
    for start, end in combinations(sorted(sharp), 2):
        for skipped in range(1, SKIPPED + 1):
            low, high = (end.early - start.late) / skipped, (end.late - start.early) / skipped
            kept = _narrowed(found, sharp[0], max(low, 1e-4), high) if high > 0 else None
            if kept is not None:
                candidates.append(kept)
    return candidates


def _shares(low: float, high: float, lasted: float) -> list[float]:
    """Of the bounds of a period: so close that over all that was seen two neighbours are off by less than one."""
    count = max(1, min(MOST_SHARES, round(FINE * lasted * (high - low) / (low * high))))
    return [(number + 0.5) / count for number in range(count)]


def _narrowed(found: Sequence[Opening], start: Opening, low: float, high: float) -> tuple[int, float, float] | None:
    """What all openings leave of the bounds of a period, the nearest first, and how many leave nothing. One that may be
    any of several periods away is asked last."""
    missed = 0
    unclear: list[Opening] = []
    for each in sorted(found, key=lambda other: abs(other.late - start.late)):
        if each is start:
            continue
        distance = abs(each.early + each.late - start.early - start.late) / 2
        if distance * (high - low) > UNCLEAR * low * high:
            unclear.append(each)
            continue
        narrow = _agreed(each, start, low, high)
        if narrow is None:
            missed += 1
        else:
            low, high = narrow
    missed += sum(_agreed(each, start, low, high) is None for each in unclear)
    if missed > 1 + len(found) // 8:
        return None
    return missed, low, high


def _agreed(each: Opening, start: Opening, low: float, high: float) -> tuple[float, float] | None:
    """What the opening leaves of the bounds, a whole number of periods away from the other."""
    middle = (each.early + each.late - start.early - start.late) / (low + high)
    for number in (round(middle), floor(middle), ceil(middle)):
        if number:
            bounds = sorted(((each.early - start.late) / number, (each.late - start.early) / number))
            narrow = max(low, bounds[0]), min(high, bounds[1])
            if narrow[0] <= narrow[1]:
                return narrow
    return None


def first_of_rows(decisions: Sequence[Decision]) -> list[Decision | None]:
    """By position: the first that was let in since the last opening."""
    found: list[Decision | None] = []
    first: Decision | None = None
    for number, each in enumerate(decisions):
        if each.admitted and (number == 0 or not decisions[number - 1].admitted):
            first = each
        found.append(first)
    return found


def first_refusals(decisions: Sequence[Decision]) -> list[Decision | None]:
    """By position: the first that was refused since the last one was let in."""
    found: list[Decision | None] = []
    first: Decision | None = None
    for each in decisions:
        first = None if each.admitted else first or each
        found.append(first)
    return found

"""Every period of a clock on whose edges all openings may lie, however far apart: no guess, all that is left.

Where the openings are few and far between, as those of a limiter that is asked only when another one allows it, any of
several periods may lie between two of them. So all are kept that each opening in turn allows.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise, starmap
from math import ceil, floor

from harness.identification.openings import Opening, longest_refusal, openings
from harness.identification.trace import Decision

Bounds = tuple[float, float]

# No period is shorter: seconds.
SHORTEST = 1e-4
# More ranges than this at once tell nothing.
MOST = 1000


def lattice(decisions: Sequence[Decision]) -> list[Bounds]:
    """The ranges of periods, seconds, with which every opening may be an edge, the longest first. Empty where there are
    too few openings, or where no period is left, or more than can be told."""
    found = openings(decisions)
    if len(found) < 2:
        return []
    edge = min(found, key=lambda each: each.late - each.early)
    # What is refused in a row is refused between two edges; openings that do not overlap lie on two.
    longest = min((far for near, far in starmap(_apart, pairwise(found)) if near > 0), default=0.0)
    shortest = max(longest_refusal(decisions), SHORTEST)
    ranges: list[Bounds] = [(shortest, longest)] if shortest <= longest else []
    for each in sorted(found, key=lambda other: abs(other.late - edge.late)):
        near, far = _apart(*sorted((edge, each)))
        if near <= 0:
            continue
        if sum(floor(far / low) - ceil(near / high) + 1 for low, high in ranges) > MOST:
            return []
        ranges = _merged(part for low, high in ranges for part in _parts(low, high, near, far))
    return ranges[::-1]


def _apart(one: Opening, other: Opening) -> Bounds:
    """The least and the most time between two openings, the earlier first: seconds."""
    return other.early - one.late, other.late - one.early


def _parts(low: float, high: float, near: float, far: float) -> Iterable[Bounds]:
    """What is left of a range of periods where a whole number of them lies between two moments."""
    for number in range(max(1, ceil(near / high)), floor(far / low) + 1):
        part = max(low, near / number), min(high, far / number)
        if part[0] <= part[1]:
            yield part


def _merged(ranges: Iterable[Bounds]) -> list[Bounds]:
    """In order, those that overlap as one."""
    found: list[Bounds] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found

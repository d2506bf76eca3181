"""When a limiter that had refused let somebody in again: what all estimates of a window or a rate begin with."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from harness.identification.trace import Decision


class Opening(NamedTuple):
    """It opened between `early` and `late`, seconds. `refused` and `admitted` are positions in the decisions."""

    early: float
    late: float
    refused: int
    admitted: int


def openings(decisions: Sequence[Decision]) -> list[Opening]:
    """Each refusal that is followed by an admission."""
    found = []
    for number in range(1, len(decisions)):
        before, after = decisions[number - 1], decisions[number]
        if after.admitted and not before.admitted:
            found.append(Opening(min(before.earliest, after.latest), after.latest, number - 1, number))
    return found


def rows(decisions: Sequence[Decision]) -> list[int]:
    """How many were let in between two refusals, in order, where any was."""
    found, count = [], 0
    for each in decisions:
        if each.admitted:
            count += 1
        elif count:
            found.append(count)
            count = 0
    return found


def longest_refusal(decisions: Sequence[Decision]) -> float:
    """For how long at most nothing was let in, for certain: seconds."""
    longest, since = 0.0, 0.0
    for number, each in enumerate(decisions):
        if each.admitted:
            continue
        if number == 0 or decisions[number - 1].admitted:
            since = each.latest
        longest = max(longest, each.earliest - since)
    return longest


def overlaps(intervals: Iterable[tuple[float, float]], most: int = 3) -> list[tuple[float, float]]:
    """Where most of the intervals overlap, the best first: at most so many."""
    kept = [(low, high) for low, high in intervals if high > low]
    edges = sorted([(low, 0, 1) for low, _ in kept] + [(high, 1, -1) for _, high in kept])
    found: list[tuple[int, float, float]] = []
    depth = 0
    for position, (at, _, step) in enumerate(edges):
        depth += step
        if step > 0 and position + 1 < len(edges) and edges[position + 1][2] < 0:
            found.append((depth, at, edges[position + 1][0]))
    return [(low, high) for _, low, high in sorted(found, reverse=True)[:most]]

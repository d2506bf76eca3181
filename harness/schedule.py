"""The schedule by which a sender tries again, told from the gaps between its attempts. Pure.

Each failing session gives one row of gaps. Rows that differ from each other tell the jitter; their medians, by place,
are put to the shapes, fewest parameters first, and the first that explains every one of them is said:

    constant       one gap
    exponential    first · factor ** n, up to a longest
    table          none of these: the gaps as they were seen

A shape is only said where there were more gaps than it has parameters, or any numbers would fit it.
What had not come when nobody looked any more is censored: "no further call within so many seconds", never "none".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp, log
from statistics import linear_regression, median
from typing import Literal

Shape = Literal["unseen", "constant", "exponential", "table"]

# What a network and a busy machine add to a gap, or take from it: seconds, and a share of the gap.
SLACK_S, SLACK = 0.02, 0.05
# A factor nearer to 1 cannot be told from a constant gap.
LEAST_FACTOR = 1.1


@dataclass(frozen=True, slots=True)
class Row:
    """The gaps of one session between its attempts, in seconds, and how long none came after its last.

    `quiet_s` is None where the last attempt was accepted, so that no other was due.
    """

    gaps_s: tuple[float, ...]
    quiet_s: float | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Durations in seconds. `gaps_s` are the medians by place, from `rows` sessions.

    `jitter` is how far a gap lies below the longest in its place, as a share, at most; None where one session alone
    cannot tell. `first_s` is the gap of a constant schedule too. `quiet_s`: no further call was seen for so long at the
    end, of any session; a gap that is longer than this has not been ruled out.
    """

    shape: Shape
    rows: int
    gaps_s: tuple[float, ...]
    quiet_s: float | None
    jitter: float | None = None
    first_s: float | None = None
    factor: float | None = None
    longest_s: float | None = None

    @property
    def words(self) -> str:
        match self.shape:
            case "unseen":
                return "no further attempt"
            case "constant":
                told = f"constant, {self.first_s:g} s"
            case "exponential":
                longest = "" if self.longest_s is None else f", at most {self.longest_s:g} s"
                told = f"exponential, {self.first_s:g} s times {self.factor:g} each{longest}"
            case "table":
                told = f"{', '.join(f'{gap:g}' for gap in self.gaps_s)} s, in which no simpler rule was found"
        if not self.jitter:
            return told
        jitter = f"{100 * self.jitter:.0f} % shorter in one session than in another"
        return f"{told} (medians: with jitter, the same gap was up to {jitter})"


@dataclass(frozen=True, slots=True)
class _Place:
    """The gap after so many attempts, over all sessions that had one."""

    middle: float
    least: float
    most: float
    count: int
    jitter: float = 0.0

    @property
    def slack(self) -> float:
        return SLACK_S + SLACK * self.middle + max((self.most - self.least) / 2, self.jitter * self.middle)


def fit(rows: Sequence[Row]) -> Schedule:
    """The simplest shape that explains the gaps of all `rows`, of which there is at least one."""
    places = _places(rows)
    gaps = tuple(round(place.middle, 3) for place in places)
    quiet = min((row.quiet_s for row in rows if row.quiet_s is not None), default=None)
    jitter = _jitter(places)
    # A place that few sessions reached has as much jitter as those that more of them did.
    places = [replace(place, jitter=jitter or 0.0) for place in places]
    if not places:
        return Schedule("unseen", len(rows), gaps, quiet)
    middle = median(gaps)
    if len(gaps) > 1 and _explains([middle] * len(gaps), places):
        return Schedule("constant", len(rows), gaps, quiet, jitter, first_s=middle)
    for rising in range(len(gaps), 1, -1):
        grown = _exponential(places, rising)
        if grown is not None:
            return Schedule("exponential", len(rows), gaps, quiet, jitter, *grown)
    return Schedule("table", len(rows), gaps, quiet, jitter)


def _places(rows: Sequence[Row]) -> list[_Place]:
    most = max(len(row.gaps_s) for row in rows)
    columns = ([row.gaps_s[place] for row in rows if place < len(row.gaps_s)] for place in range(most))
    return [_Place(median(column), min(column), max(column), len(column)) for column in columns]


def _jitter(places: Sequence[_Place]) -> float | None:
    """What the slack of the machine explains is no jitter."""
    several = [place for place in places if place.count > 1]
    if not several:
        return None
    beyond = [place for place in several if place.most - place.least > SLACK_S + SLACK * place.most]
    return round(max((1 - place.least / place.most for place in beyond), default=0.0), 3)


def _exponential(places: Sequence[_Place], rising: int) -> tuple[float, float, float | None] | None:
    """The first gap, the factor and the longest, where the first `rising` gaps grow and the rest have the longest."""
    capped = places[rising:]
    if len(places) <= (3 if capped else 2) or min(place.middle for place in places) <= 0:
        return None
    logs = [log(place.middle) for place in places[:rising]]
    slope, start = linear_regression(range(rising), logs)
    first, factor = exp(start), exp(slope)
    longest = median(place.middle for place in capped) if capped else None
    foretold = [first * factor**number for number in range(rising)] + [longest or 0.0] * len(capped)
    ascends = all(former <= latter + places[0].slack for former, latter in pairwise(foretold))
    if factor < LEAST_FACTOR or not ascends or not _explains(foretold, places):
        return None
    # The cap must have cut something off: a schedule that merely stops growing below it is another shape.
    if longest is not None and first * factor**rising < longest - places[rising].slack:
        return None
    return round(first, 3), round(factor, 3), None if longest is None else round(longest, 3)


def _explains(foretold: Sequence[float], places: Sequence[_Place]) -> bool:
    return all(abs(gap - place.middle) <= place.slack for gap, place in zip(foretold, places, strict=True))

"""The schedule by which a sender tries again, told from the gaps between its attempts. Pure.

Each failing session gives one row of gaps. Put to all rows at once are the shapes

    constant       one gap
    exponential    first · factor ** n, up to a longest
    table          none of these: each gap as it was seen

each with gaps that are shorter by up to the jitter, a share, evenly spread. The likeliest is said; each further
parameter has to make what was seen so many times likelier as there were gaps. A shape is only said where there were
more gaps in a row than it has parameters, or any numbers would fit it.
What had not come when nobody looked any more is censored: "no further call within so many seconds", never "none". It
counts as well: the longer a gap, the seldomer it is seen to its end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from statistics import linear_regression, median
from typing import Literal

Shape = Literal["unseen", "constant", "exponential", "table"]

# What a network and a busy machine add to a gap, or take from it: seconds, and a share of the gap.
SLACK_S, SLACK = 0.02, 0.05
# No gap is taken for shorter: times come in steps of 10 ms, and jitter may leave next to nothing.
LEAST_S = 0.005
# A factor nearer to 1 cannot be told from a constant gap.
LEAST_FACTOR = 1.1
# By so much do the factors differ that are tried, at first and around the best of them.
COARSE, FINE = 1.03, 1.002
# So little jitter may be a single attempt that came late, which medians bear, and the longest gaps do not.
LITTLE = 0.2
# An attempt is overdue so many seconds after it had to come at the latest, which a rule foretells but seldom. None will
# come where that is so in so many sessions, or in one where it is overdue for much longer.
LATE_S, SELDOM, AGREEING = 0.25, 0.01, 3
OVERDUE, OVERDUE_S = 1.5, 1.0


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
    cannot tell. `first_s` is the gap of a constant schedule too; it and `longest_s` are medians, from which half of the
    jitter leads to the longest. `quiet_s`: no further call was seen for so long at the end, of any session; a gap that
    is longer than this has not been ruled out. After `attempts` no other came although it was overdue; None where that
    was not seen.
    """

    shape: Shape
    rows: int
    gaps_s: tuple[float, ...]
    quiet_s: float | None
    jitter: float | None = None
    first_s: float | None = None
    factor: float | None = None
    longest_s: float | None = None
    attempts: int | None = None

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
        if self.jitter:
            jitter = f"{100 * self.jitter:.0f} % shorter in one session than in another"
            told += f" (medians: with jitter, the same gap was up to {jitter})"
        if self.attempts is not None:
            told += f"; after {self.attempts} attempts no other came within {self.quiet_s:g} s"
        return told


@dataclass(frozen=True, slots=True)
class _Place:
    """The gap after so many attempts, over all sessions that had one."""

    middle: float
    least: float
    most: float
    count: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """`waiting` are the sessions in which another attempt may have been due: after how many gaps, for how long."""

    places: Sequence[_Place]
    waiting: Sequence[tuple[int, float]]

    @property
    def gaps(self) -> int:
        return sum(place.count for place in self.places)


@dataclass(frozen=True, slots=True)
class _Rule:
    """The longest gap of each place, and of the next, but for a table's; and how unlikely they make what was seen: a
    sum of logarithms. The first `rising` gaps grow by the factor, the others are the longest, where there is one."""

    shape: Shape
    gaps: tuple[float, ...]
    unlikely: float
    factor: float = 1.0
    rising: int | None = None


def fit(rows: Sequence[Row]) -> Schedule:
    """The likeliest schedule behind the gaps of all `rows`, of which there is at least one."""
    places = _places(rows)
    seen = _Seen(places, [(len(row.gaps_s), row.quiet_s) for row in rows if row.quiet_s is not None])
    gaps = tuple(round(place.middle, 3) for place in places)
    quiet = min((row.quiet_s for row in rows if row.quiet_s is not None), default=None)
    if not places:
        return Schedule("unseen", len(rows), gaps, quiet)
    jitter = _jitter(places)
    rules = [rule for rule in _rules(seen) if jitter is not None or _explains(rule, places)]
    rule = min([_table(seen), *rules], key=lambda each: each.unlikely)
    if rule.shape == "table":
        return Schedule("table", len(rows), gaps, quiet, jitter)
    first, factor, longest = _middles(rule, places, jitter or 0.0)
    return Schedule(
        rule.shape,
        len(rows),
        gaps,
        quiet,
        jitter,
        first_s=round(first, 3),
        factor=None if rule.shape == "constant" else round(factor, 3),
        longest_s=None if longest is None else round(longest, 3),
        attempts=len(places) + 1 if _ended(rule, seen) else None,
    )


def _places(rows: Sequence[Row]) -> list[_Place]:
    most = max(len(row.gaps_s) for row in rows)
    columns = ([max(row.gaps_s[place], LEAST_S) for row in rows if place < len(row.gaps_s)] for place in range(most))
    return [_Place(median(column), min(column), max(column), len(column)) for column in columns]


def _jitter(places: Sequence[_Place]) -> float | None:
    """What the slack of the machine explains is no jitter."""
    several = [place for place in places if place.count > 1]
    if not several:
        return None
    beyond = [place for place in several if place.most - place.least > SLACK_S + SLACK * place.most]
    return round(max((1 - place.least / place.most for place in beyond), default=0.0), 3)


def _table(seen: _Seen) -> _Rule:
    """With its end for one more parameter."""
    jitter = max(1 - place.least / place.most if place.most else 0.0 for place in seen.places)
    gaps = tuple(place.most for place in seen.places)
    return _Rule("table", gaps, _unlikely(seen, gaps, jitter, len(gaps) + 1))


def _rules(seen: _Seen) -> Iterator[_Rule]:
    """Those with fewer parameters than there are places."""
    number = len(seen.places)
    if number < 2:
        return
    yield _fitted("constant", seen, [1.0] * (number + 1), 1)
    for rising in range(2, number + 1):
        if number > (2 if rising == number else 3):
            yield from _growing(seen, rising)


def _growing(seen: _Seen, rising: int) -> Iterator[_Rule]:
    """The likeliest exponential rule of which the first `rising` gaps grow; nothing where they cannot."""
    steepest = (max(place.most for place in seen.places) / seen.places[0].least) ** (1 / (rising - 1))
    tried: list[_Rule] = []
    factor = LEAST_FACTOR
    while factor <= steepest * COARSE:
        tried += _with_factor(seen, rising, factor)
        factor *= COARSE
    if not tried:
        return
    best = min(tried, key=lambda each: each.unlikely)
    steps = round(log(COARSE) / log(FINE))
    for step in range(-steps, steps + 1):
        tried += _with_factor(seen, rising, max(LEAST_FACTOR, best.factor * FINE**step))
    yield min(tried, key=lambda each: each.unlikely)


def _with_factor(seen: _Seen, rising: int, factor: float) -> Iterator[_Rule]:
    grown = [factor**number for number in range(rising + 1)]
    if rising == len(seen.places):
        yield _fitted("exponential", seen, grown, 2, factor)
        return
    rise, capped = seen.places[:rising], seen.places[rising:]
    most = max(place.most / size for place, size in zip(rise, grown, strict=False))
    least = min(place.least / size for place, size in zip(rise, grown, strict=False))
    # The longest gap is where those that have it reach as high as the others, or as low. It cuts something off.
    for longest in (max(place.most for place in capped) / most, min(place.least for place in capped) / least):
        size = min(max(longest, grown[-2]), grown[-1])
        rule = _fitted("exponential", seen, [*grown[:-1], *[size] * (len(capped) + 1)], 3, factor)
        yield replace(rule, rising=rising)


def _fitted(shape: Shape, seen: _Seen, sizes: Sequence[float], parameters: int, factor: float = 1.0) -> _Rule:
    """The rule whose gaps are in proportion to the sizes: as long, and with as much jitter, as they must be."""
    most = max(place.most / size for place, size in zip(seen.places, sizes, strict=False))
    least = min(place.least / size for place, size in zip(seen.places, sizes, strict=False))
    gaps = tuple(most * size for size in sizes)
    return _Rule(shape, gaps, _unlikely(seen, gaps, 1 - least / most, parameters), factor)


def _unlikely(seen: _Seen, gaps: Sequence[float], jitter: float, parameters: int) -> float:
    """A gap is anywhere within the jitter below the longest, or within what the machine adds to that. Either no further
    attempt is due after the last that was seen, which is one more parameter, or it may just not have come yet."""

    def wide(gap: float) -> float:
        return (jitter + SLACK) * gap + SLACK_S

    def late(place: int, quiet_s: float) -> float:
        """Of an attempt that was not seen, where the rule says anything of it."""
        if place >= len(gaps):
            return 0.0
        left = gaps[place] * (1 + SLACK) + LATE_S - quiet_s
        return -log(min(1.0, max(SELDOM, left / wide(gaps[place]))))

    came = sum(place.count * log(wide(gap)) for place, gap in zip(seen.places, gaps, strict=False))
    before = sum(late(*each) for each in seen.waiting if each[0] < len(seen.places))
    last = sum(late(*each) for each in seen.waiting if each[0] == len(seen.places))
    dear = log(seen.gaps)
    return came + parameters * dear + before + min(last, dear)


def _explains(rule: _Rule, places: Sequence[_Place]) -> bool:
    """Whether nothing but the machine makes the gaps differ from the rule: where jitter cannot be told."""
    slack = [SLACK + SLACK_S / place.middle for place in places]
    ratios = [place.middle / gap for place, gap in zip(places, rule.gaps, strict=False)]
    least = max(ratio * (1 - off) for ratio, off in zip(ratios, slack, strict=True))
    return least <= min(ratio * (1 + off) for ratio, off in zip(ratios, slack, strict=True))


def _middles(rule: _Rule, places: Sequence[_Place], jitter: float) -> tuple[float, float, float | None]:
    """The first gap, the factor and the longest, half of the jitter below those of the rule."""
    if rule.shape == "constant":
        return median(place.middle for place in places), 1.0, None
    if jitter > LITTLE:
        middle = 1 - jitter / 2
        return rule.gaps[0] * middle, rule.factor, None if rule.rising is None else rule.gaps[-1] * middle
    rising = len(places) if rule.rising is None else rule.rising
    slope, start = linear_regression(range(rising), [log(place.middle) for place in places[:rising]])
    return exp(start), exp(slope), None if rule.rising is None else median(each.middle for each in places[rising:])


def _ended(rule: _Rule, seen: _Seen) -> bool:
    """Whether no other attempt came after the last that was seen, although the rule has it overdue."""
    due_s = rule.gaps[-1]
    quiet = [quiet_s for gaps, quiet_s in seen.waiting if gaps == len(seen.places)]
    late = [quiet_s for quiet_s in quiet if quiet_s > (1 + SLACK) * due_s + LATE_S]
    return len(late) >= AGREEING or any(quiet_s > OVERDUE * due_s + OVERDUE_S for quiet_s in late)

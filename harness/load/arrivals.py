"""When do new customers come? An open model: at times that are planned, whatever the target does. Pure.

A shape says how the rate moves over the run, as stretches of straight lines: each takes a share of the duration, and
goes from one share of the full rate to another. The n-th arrival comes when the area under that line reaches n; with
Poisson arrivals, when it reaches the sum of n exponential gaps.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Literal

Spacing = Literal["constant", "poisson"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """`share` is of the duration; `begin` and `end` are shares of the full rate."""

    share: float
    begin: float
    end: float

    @property
    def area(self) -> float:
        return self.share * (self.begin + self.end) / 2


Shape = Sequence[Stretch]


def steady() -> Shape:
    """The full rate from the first moment to the last."""
    return (Stretch(1, 1, 1),)


def ramp() -> Shape:
    """From nothing to the full rate."""
    return (Stretch(1, 0, 1),)


def steps(count: int = 5) -> Shape:
    """So many steps of equal length and height, up to the full rate."""
    return tuple(Stretch(1 / count, step / count, step / count) for step in range(1, count + 1))


def spike(times: float = 10, share: float = 0.2) -> Shape:
    """The full rate for a `share` of the run in its middle, and a fraction of it before and after."""
    around = (1 - share) / 2
    return Stretch(around, 1 / times, 1 / times), Stretch(share, 1, 1), Stretch(around, 1 / times, 1 / times)


def arrivals(
    rate: float, duration_s: float, shape: Shape, spacing: Spacing = "constant", dice: Random | None = None
) -> Iterator[float]:
    """The moments of all arrivals, in seconds from the beginning, ascending. `rate` is the full one, a second."""
    begins_s, passed = 0.0, 0.0
    areas = _areas(spacing, dice)
    due = next(areas)
    for stretch in shape:
        length_s, area = stretch.share * duration_s, stretch.area * rate * duration_s
        while due < passed + area:
            yield begins_s + length_s * _reached((due - passed) / area, stretch.begin, stretch.end)
            due = next(areas)
        begins_s += length_s
        passed += area


def endless(rate: float, spacing: Spacing = "constant", dice: Random | None = None) -> Iterator[float]:
    """The same for a run whose end is not known: at the full rate, for ever."""
    return (area / rate for area in _areas(spacing, dice))


def share(moments: Iterator[float], part: int, parts: int) -> Iterator[float]:
    """Every `parts`-th of them, from number `part` (from 0) on: what one of several workers takes."""
    return (moment for number, moment in enumerate(moments) if number % parts == part)


def _areas(spacing: Spacing, dice: Random | None) -> Iterator[float]:
    """The area below the rate at which each arrival comes."""
    if spacing == "constant":
        yield from map(float, count())
    due, dice = 0.0, dice or Random(0)
    while True:
        due += dice.expovariate(1.0)
        yield due


def _reached(part: float, begin: float, end: float) -> float:
    """Where on a line from `begin` to `end`, from 0 to 1, a `part` of the area below it is reached."""
    if math.isclose(begin, end):
        return part
    # The area up to x is begin x + (end - begin) x² / 2.
    slope, target = end - begin, part * (begin + end) / 2
    return (math.sqrt(begin * begin + 2 * slope * target) - begin) / slope

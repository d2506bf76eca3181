"""What a model has left of its quota along a trace: for the picture of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from harness.identification.families.model import Model
from harness.identification.room import room
from harness.identification.trace import Decision, Trace, heard
from harness.limits.groups import groups

# In a silence so many points at most show what comes back, none closer than this share of what the model counts in.
BETWEEN, FINE = 24, 1 / 200

Point = tuple[float, int]


@dataclass(frozen=True, slots=True)
class Left:
    """`points` are (seconds, requests): what is left holds until the next point. `contradicted` are the observations
    whose verdict the model could not have given, by number, and what it had left then."""

    points: tuple[Point, ...]
    contradicted: tuple[tuple[int, int], ...]


def left(model: Model, trace: Trace) -> Left:
    """The model is told what the target decided, and is left as it is after it. Of requests that were under way
    together no order is known: those let in are taken from what was there before any of them, and the refused met
    what remained."""
    points: list[Point] = []
    contradicted: list[tuple[int, int]] = []
    middles = [group.middle for group in groups(trace.observations) for _ in group.observations]
    before: float | None = None
    for at, decisions in groupby(heard(trace.decisions, model.heeds_refusals), key=lambda each: middles[each.number]):
        points += _comes_back(model, before, at) if before is not None and before < at else []
        points.append((at, room(model, at)))
        contradicted += _told(model, decisions, at)
        points.append((at, room(model, at)))
        before = at
    return Left(tuple(_changes(points)), tuple(contradicted))


def _told(model: Model, decisions: Iterator[Decision], at: float) -> Iterator[tuple[int, int]]:
    for each in decisions:
        had = model.fork()
        if model.observe(each.earliest, each.latest, each.admitted) > 0:
            yield each.number, room(had, at)


def _comes_back(model: Model, start: float, end: float) -> list[Point]:
    """What changes in a silence: where it changes most is looked at most closely."""
    points = [(start, room(model, start)), (end, room(model, end))]
    for _ in range(BETWEEN):
        steps = [
            (abs(after[1] - before[1]) * (after[0] - before[0]), number)
            for number, (before, after) in enumerate(pairwise(points))
            if after[0] - before[0] > FINE * model.scale
        ]
        worst, number = max(steps, default=(0.0, 0))
        if worst == 0:
            break
        middle = (points[number][0] + points[number + 1][0]) / 2
        points.insert(number + 1, (middle, room(model, middle)))
    return points[1:-1]


def _changes(points: Sequence[Point]) -> Iterator[Point]:
    """Those at which it changes, and the last."""
    held: int | None = None
    for number, (at, requests) in enumerate(points):
        if requests != held or number == len(points) - 1:
            yield at, requests
        held = requests

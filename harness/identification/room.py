"""How much a model has left at a time: what a picture of it shows, and when all of it is there again."""

from collections.abc import Sequence
from itertools import pairwise

from harness.identification.families.model import Model
from harness.identification.trace import Decision

# Of a silence, so many points show what comes back meanwhile.
BETWEEN = 14
HALVINGS = 20


def room(model: Model, at: float) -> int:
    """Requests that it would let in at once at that time."""
    twin, count, most = model.fork(), 0, model.quota + 1
    while count < most and twin.admits(at):
        twin.observe(at, at, True)
        count += 1
    return count


def curve(model: Model, decisions: Sequence[Decision], most: int) -> list[tuple[float, int]]:
    """(time, room) along a trace, in which it is told what the target decided: what is left holds until the next point.
    About `most` points, and those at which something comes back in a silence. The model is left as it is after it."""
    found: list[tuple[float, int]] = []
    stride = max(1, len(decisions) // most)
    silence = (decisions[-1].latest - decisions[0].earliest) / 100 if decisions else 0.0
    before = decisions[0].earliest if decisions else 0.0
    for number, each in enumerate(decisions):
        at = (each.earliest + each.latest) / 2
        silent = at - before > silence
        if silent:
            found += _comes_back(model, before, at)
        if silent or number % stride == 0 or number == len(decisions) - 1:
            found.append((at, room(model, at)))
        model.observe(each.earliest, each.latest, each.admitted)
        before = at
    if decisions:
        found.append((before, room(model, before)))
    return found


def _comes_back(model: Model, start: float, end: float) -> list[tuple[float, int]]:
    """When it changes in a silence: where it changes most is looked at most closely."""
    points = [(start, room(model, start)), (end, room(model, end))]
    for _ in range(BETWEEN):
        steps = [
            (abs(after[1] - before[1]) * (after[0] - before[0]), number)
            for number, (before, after) in enumerate(pairwise(points))
        ]
        worst, number = max(steps)
        if worst == 0:
            break
        middle = (points[number][0] + points[number + 1][0]) / 2
        points.insert(number + 1, (middle, room(model, middle)))
    return points[:-1]


def full_again(model: Model, now: float) -> float:
    """From when on all of it is there, if nothing is sent until then: seconds."""
    whole, horizon = room(model, now + 4 * model.scale), 4 * model.scale
    if room(model, now) >= whole:
        return now
    low, high = 0.0, horizon
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if room(model, now + middle) >= whole else (middle, high)
    return now + high

"""How far a parameter may be off without more contradictions: the bounds of a fit, and the middle of them."""

from collections.abc import Callable, Sequence
from typing import Any

from harness.identification.fit import Fit
from harness.identification.openings import Opening, openings
from harness.identification.refine import judged, moved_by, pivots_of, scored, turned
from harness.identification.trace import Decision, heard

# So many openings that are known best are turned around, to see how far a period may go.
SHARP = 3
# How far the bounds of a parameter are looked for, relative to it, and how often they are halved.
FARTHEST, HALVINGS = 0.5, 7

Bounds = dict[str, tuple[float, float]]


def centred(fit: Fit, decisions: Sequence[Decision]) -> tuple[Fit, Bounds]:
    """The middle of what each continuous parameter may be without more mismatches, and its bounds. A period and its
    phase hold each other: so they are looked at in turn, and twice."""
    audible = heard(decisions, fit.family.heeds_refusals)
    pivots = pivots_of(fit.family, audible)
    pivots += [(each.early + each.late) / 2 for each in _sharpest(audible)] if pivots else []
    parameters, bounds = dict(fit.parameters), Bounds()
    for name in fit.family.continuous * (2 if pivots else 1):
        turns = pivots if pivots and name != "phase" else [name]
        found = [_middle(fit, parameters, audible, turn, name) for turn in turns]
        low, high = bounds.get(name, (float("inf"), float("-inf")))
        bounds[name] = min(low, *(each[0] for each in found)), max(high, *(each[1] for each in found))
        parameters = max(found, key=lambda each: each[1] - each[0])[2]
    score = judged(fit.family, parameters, decisions)
    if score[0] > fit.hard:
        return fit, bounds
    return Fit(fit.family, parameters, *score), bounds


def _sharpest(decisions: Sequence[Decision]) -> list[Opening]:
    """The openings known best: an edge that lies there hardly moves, however long the period."""
    return sorted(openings(decisions), key=lambda each: each.late - each.early)[:SHARP]


def _middle(
    fit: Fit, parameters: dict[str, Any], decisions: Sequence[Decision], move: str | float, name: str
) -> tuple[float, float, dict[str, Any]]:
    """The bounds of `name` along a move, and the parameters in the middle of it."""

    def moved(share: float) -> dict[str, Any]:
        if isinstance(move, str):
            return moved_by(parameters, move, share)
        return turned(parameters, move, share)

    def holds(share: float) -> bool:
        return scored(fit.family, moved(share), decisions, fit.hard)[0] <= fit.hard

    down, up = -_farthest(lambda share: holds(-share)), _farthest(holds)
    return moved(down)[name], moved(up)[name], moved((down + up) / 2)


def _farthest(holds: Callable[[float], bool]) -> float:
    """How far it holds: by doubling, then by halving."""
    good, bad = 0.0, 1e-4
    while bad < FARTHEST and holds(bad):
        good, bad = bad, bad * 2
    for _ in range(HALVINGS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good

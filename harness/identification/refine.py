"""Parameters moved, a little at a time, until nothing contradicts them any more.

A mismatch is hard: the verdict could not have been the family's anywhere between send and receipt. The truth has none,
so a family that keeps some after all that was tried is refuted by them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from harness.identification.families.model import Model, badness
from harness.identification.openings import openings
from harness.identification.trace import Decision, heard

# Steps of the search, relative to a parameter, from the first to the last.
FIRST_STEP, LAST_STEP = 0.08, 2e-4
# At most so many in all, and only while they bring the sum down by this much.
MOST_TRIES, WORTH = 160, 0.98
# What contradicts more than this, and by such a share of what it counts in, is not going to explain everything once the
# steps are as small as that.
LOST, FAR_OFF, COARSE = 25, 0.15, 0.03
# Of a step, what a period is changed by while an edge stays.
SLOW = 0.3

# How many verdicts contradict, and by how much they are off in all.
Score = tuple[int, float]


def judged(family: type[Model], parameters: dict[str, Any], decisions: Sequence[Decision]) -> Score:
    """By all that was decided: of a row of refusals the first and the last may lie at an edge, those between not."""
    return max(scored(family, parameters, each) for each in (decisions, heard(decisions, family.heeds_refusals)))


def scored(family: type[Model], parameters: dict[str, Any], decisions: Sequence[Decision], most: float = 1e9) -> Score:
    return family(**parameters).replay(decisions, most, 0.0)


def refined(
    family: type[Model],
    parameters: dict[str, Any],
    decisions: Sequence[Decision],
    score: Score,
    most_tries: int = MOST_TRIES,
    first_step: float = FIRST_STEP,
) -> tuple[Score, dict[str, Any]]:
    """A pattern search, in ever smaller steps, until nothing contradicts it any more."""
    step, tries = first_step, 0
    pivots = pivots_of(family, decisions)
    while step > LAST_STEP and score[0] and tries < most_tries:
        moved = False
        moves: list[str | float] = [*family.continuous, *pivots]
        for move in moves:
            for sign in (1, -1):
                tried = _moved(parameters, move, sign * step)
                tries += 1
                found = family(**tried).replay(decisions, 0, badness(score))
                if badness(found) < WORTH * badness(score):
                    score, parameters, moved = found, tried, True
                    break
        step = step if moved else step / 2
        if lost(score) and step < COARSE:
            break
    return score, parameters


def pivots_of(family: type[Model], decisions: Sequence[Decision]) -> list[float]:
    """Where an edge may stay while the period changes: where one is known best, early, in the middle and late. To
    change one alone would move all others away."""
    if not family.keeps_a_clock() or not decisions:
        return []
    sharpest = min(openings(decisions), key=lambda each: each.late - each.early, default=None)
    known = [(sharpest.early + sharpest.late) / 2] if sharpest else []
    return known + [decisions[len(decisions) * part // 4].earliest for part in (1, 2, 3)]


def _moved(parameters: dict[str, Any], move: str | float, share: float) -> dict[str, Any]:
    if isinstance(move, str):
        return moved_by(parameters, move, share)
    return turned(parameters, move, share * SLOW)


def turned(parameters: dict[str, Any], pivot: float, share: float) -> dict[str, Any]:
    """With a period changed by so much of itself, while the edge next to the pivot stays."""
    period = period_of(parameters)
    edges = round((pivot - parameters["phase"]) / parameters[period])
    changed = parameters[period] * (1 + share)
    edge = parameters["phase"] + edges * parameters[period]
    return {**parameters, period: changed, "phase": edge - edges * changed}


def period_of(parameters: dict[str, Any]) -> str:
    return "window" if "window" in parameters else "interval"


def moved_by(parameters: dict[str, Any], name: str, share: float) -> dict[str, Any]:
    """With one parameter moved by so much of itself, a phase by so much of its period."""
    return {**parameters, name: parameters[name] + share * _unit(parameters, name)}


def _unit(parameters: dict[str, Any], name: str) -> float:
    if name != "phase":
        return float(parameters[name])
    return float(parameters[period_of(parameters)])


def lost(score: Score) -> bool:
    """Whether to look further is no use: many contradictions, and not by a little."""
    return score[0] > LOST and score[1] > FAR_OFF * score[0]


def neighbours(parameters: dict[str, Any], farthest: int = 1) -> Iterator[dict[str, Any]]:
    """With one count one more or less, a quota up to `farthest`, or one switch turned."""
    for name, value in parameters.items():
        if isinstance(value, bool):
            yield {**parameters, name: not value}
        elif isinstance(value, int):
            steps = range(1, farthest + 1) if name == "quota" else (1,)
            changed = [value + sign * step for step in steps for sign in (1, -1)]
            yield from ({**parameters, name: count} for count in changed if count >= 1)
    if "batch" in parameters:  # a tick more or less was met in a burst
        yield from ({**parameters, "quota": parameters["quota"] + sign * parameters["batch"]} for sign in (-1, 1))

"""Which parameters of a family explain a trace best: proposals, replayed and refined."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.identification.families import FAMILIES
from harness.identification.families.model import Model, badness
from harness.identification.lattice import lattice
from harness.identification.openings import openings
from harness.identification.refine import (
    COARSE,
    Score,
    judged,
    lost,
    neighbours,
    period_of,
    pivots_of,
    refined,
    scored,
    turned,
)
from harness.identification.trace import Decision, heard

# After so many openings a family that keeps time by a clock is fitted anew.
STAGES = (8, 16, 32, 64)
# And after a quarter and a half of all that was seen, where more than so many of them lie in it.
FEW_OPENINGS = 2
# What contradicts no more than this many verdicts is tried with its counts changed by one, so often.
NEARLY, NUDGES = 15, 3
# By so much is a quota changed at once, for some in between may be no better; and so many of all changes are refined.
PLATEAU, TURNED = 16, 4
# So many other periods than the one that was found are tried; what is less far off, relative to it, is the same.
OTHERS, APART = 12, 0.02
# A few tries of refining, by which the best of many are told.
FEW_TRIES = 40
# What contradicts more verdicts than this, where another family contradicts none, is not searched for again.
SETTLED = 10
# What is further off than this at first, more than the best family, is not looked at any further.
HOPELESS = 25.0


class Width(NamedTuple):
    """So many of the best proposals, by either of two measures, are refined with a few tries; then so many of them
    fully, and so many once more of the trace is looked at."""

    refined: int
    finalists: int
    later: int


NARROW, WIDE = Width(4, 3, 3), Width(24, 16, 8)


@dataclass(frozen=True, slots=True)
class Fit:
    """A family with the parameters that contradict the trace least: `hard` times, and by how much in all (`off`)."""

    family: type[Model]
    parameters: dict[str, Any]
    hard: int
    off: float

    def model(self) -> Model:
        """As it is before anything was seen."""
        return self.family(**self.parameters)

    @property
    def rank(self) -> tuple[int, int, float]:
        return self.hard, FAMILIES.index(self.family), self.off


def fitted(
    family: type[Model],
    decisions: Sequence[Decision],
    known: Iterable[dict[str, Any]] = (),
    enough: int = 0,
    shortest: float = 0.0,
    anew: bool = False,
) -> Fit | None:
    """None where nothing in the trace tells what its parameters could be. `known` are parameters that fitted before,
    and `enough` is how many mismatches the best family had then: where it had none, one that has many is not looked at
    any further, unless everything is to be searched for `anew`. Nor is what counts in less than `shortest` seconds."""
    audible = heard(decisions, family.heeds_refusals)
    found = [_again(family, each, audible) for each in known]
    fewest = min(found, key=_score)[0][0] if found else None
    if fewest is None or 0 < fewest <= SETTLED or (fewest and (enough or anew)):
        found += _searched(family, audible, HOPELESS + enough, shortest, NARROW)
        # What opens on edges alone has a lattice, if it is the truth: without one it is not looked for more widely.
        clock = family.keeps_a_clock() and (not family.opens_on_edges or bool(lattice(audible)))
        widely = clock and (enough or anew)
        if widely and (not found or min(found, key=_score)[0][0]):
            found += _searched(family, audible, HOPELESS + enough, shortest, WIDE)
    if not found:
        return None
    _, parameters = _nudged(family, audible, min(found, key=_score))
    if family(**parameters).finest < shortest:
        return None
    return Fit(family, parameters, *judged(family, parameters, decisions))


def _again(
    family: type[Model], parameters: dict[str, Any], audible: Sequence[Decision]
) -> tuple[Score, dict[str, Any]]:
    """What fitted before, a little moved: where it is lost, as it is."""
    score = scored(family, parameters, audible)
    if lost(score):
        return score, parameters
    return refined(family, parameters, audible, score, first_step=COARSE)


def _nudged(
    family: type[Model], audible: Sequence[Decision], found: tuple[Score, dict[str, Any]]
) -> tuple[Score, dict[str, Any]]:
    """With its counts one more or less, and its switches turned, as long as that is better."""
    for _ in range(NUDGES):
        if not 0 < found[0][0] <= NEARLY:
            break
        near = [each for each in neighbours(found[1], PLATEAU) if family.sensible(each)]
        likely = sorted(((scored(family, each, audible), each) for each in near), key=_score)[:TURNED]
        nearby = [refined(family, each, audible, score, FEW_TRIES) for score, each in likely]
        best = min(nearby, key=_score, default=found)
        if best[0] >= found[0]:
            break
        found = refined(family, best[1], audible, best[0])
    return found


def _score(found: tuple[Score, dict[str, Any]]) -> Score:
    return found[0]


def _guessed(family: type[Model], decisions: Sequence[Decision]) -> bool:
    """Whether it keeps time by a clock of which the openings do not say which periods are left."""
    return family.keeps_a_clock() and not (family.opens_on_edges and lattice(decisions))


def _searched(
    family: type[Model], audible: Sequence[Decision], worst: float, shortest: float, width: Width
) -> list[tuple[Score, dict[str, Any]]]:
    """The best of all proposals. Where a period is guessed they are fitted to the beginning first, then to more and
    more: one that is off by a hundredth is off by a whole one after a hundred periods. The beginning leaves many, and
    on a machine that is often late, hardly tells them apart."""
    stages = _stages(audible) if _guessed(family, audible) else [audible]
    best = _promising(family, stages[0], worst, shortest, width)
    tried = (refined(family, each, stages[0], score, FEW_TRIES) for score, each in best)
    best = sorted(tried, key=_score)[: width.finalists]
    for stage in stages:
        best = sorted((refined(family, each, stage, scored(family, each, stage)) for _, each in best), key=_score)
        best = best[: width.later]
        if stage is not audible and best and lost(best[0][0]):
            return [(scored(family, best[0][1], audible), best[0][1])]
    return best


def _promising(
    family: type[Model], decisions: Sequence[Decision], worst: float, shortest: float, width: Width
) -> list[tuple[Score, dict[str, Any]]]:
    """The proposals that contradict the least verdicts, and those that are off by the least."""
    fewest: list[tuple[Score, dict[str, Any]]] = []
    nearest: list[tuple[Score, dict[str, Any]]] = []
    most = worst
    for parameters in family.propose(decisions):
        model = family(**parameters)
        if model.finest < shortest:
            continue
        score = model.replay(decisions, most, worst)
        if score[0] > most and badness(score) > worst:
            continue
        fewest = sorted([*fewest, (score, parameters)], key=_score)[: width.refined]
        nearest = sorted([*nearest, (score, parameters)], key=lambda found: badness(found[0]))[: width.refined]
        if len(fewest) == width.refined:
            most, worst = fewest[-1][0][0], badness(nearest[-1][0])
        if score[0] == 0 and width is NARROW:
            break
    return fewest + [each for each in nearest if each not in fewest]


def _stages(decisions: Sequence[Decision]) -> list[Sequence[Decision]]:
    """The beginning of a trace, ever more of it, and all of it."""
    found = openings(decisions)
    ends = {found[number].admitted + 1 for number in STAGES if number < len(found) - 2}
    if len(found) > FEW_OPENINGS:  # where hardly anything is refused, all that was let in tells of the edges too
        ends |= {end for end in (len(decisions) // 4, len(decisions) // 2) if end > found[FEW_OPENINGS].admitted}
    return [*(decisions[:end] for end in sorted(ends)), decisions]


def other_periods(fit: Fit, decisions: Sequence[Decision]) -> Iterator[Fit]:
    """The same with the other periods on whose edges all openings may lie, where they contradict no more. The edge
    that is known best stays."""
    name = period_of(fit.parameters)
    known = fit.parameters[name]
    for low, high in lattice(decisions)[:OTHERS]:
        if low <= known <= high:
            continue
        moved = turned(fit.parameters, pivots_of(fit.family, decisions)[0], (low + high) / 2 / known - 1)
        score, parameters = refined(fit.family, moved, decisions, scored(fit.family, moved, decisions), FEW_TRIES)
        if score[0] <= fit.hard and abs(parameters[name] / known - 1) > APART:
            yield Fit(fit.family, parameters, *score)


def other_clocks(fit: Fit, decisions: Sequence[Decision], shortest: float) -> Iterator[Fit]:
    """The same with other periods, where the openings do not say which are left: those that a wide search comes to and
    that contradict no more."""
    name, known = period_of(fit.parameters), [fit.parameters]
    for score, parameters in _searched(fit.family, decisions, HOPELESS, shortest, WIDE):
        if score[0] <= fit.hard and all(abs(parameters[name] / each[name] - 1) > APART for each in known):
            known.append(parameters)
            yield Fit(fit.family, parameters, *score)

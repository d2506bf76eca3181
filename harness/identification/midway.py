"""Which of all that contradicts nothing is the likeliest?

The way there may be longer than the way back, but by no rule: so, over many requests, the moments of decision lie about
half way between send and receipt. Parameters that explain nearly all of them there are likelier than others that need
decisions at the very ends of their time. A rate that brings back several tokens within a round trip leaves its quota
open otherwise.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from harness.identification.families.model import badness
from harness.identification.fit import Fit
from harness.identification.refine import Score, neighbours, refined, scored
from harness.identification.trace import Decision, heard

# So many that explain all of it are compared, at most, and each is moved so often.
COMPARED, TRIES = 16, 80


def likeliest(fit: Fit, decisions: Sequence[Decision]) -> Fit:
    """The fit itself, or one of the same family that contradicts no more and is likelier: its counts differ, or its
    times are moved within what they may be."""
    audible = heard(decisions, fit.family.heeds_refusals)
    halved = [_half_way(each) for each in audible]
    possible = list(_possible(fit, audible))
    if len(possible) == 1:
        return fit
    likely = [(_moved(fit, parameters, halved), parameters, score) for parameters, score in possible]
    (_, moved), parameters, score = min(likely, key=lambda each: badness(each[0][0]))
    moved_score = scored(fit.family, moved, audible)
    if moved_score[0] <= fit.hard:
        return Fit(fit.family, moved, *moved_score)
    return Fit(fit.family, parameters, *score)


def in_doubt(fit: Fit, decisions: Sequence[Decision]) -> bool:
    """Whether other counts would explain it as well."""
    return len(list(_possible(fit, heard(decisions, fit.family.heeds_refusals), 2))) > 1


def _possible(fit: Fit, decisions: Sequence[Decision], most: int = COMPARED) -> Iterator[tuple[dict[str, Any], Score]]:
    """Those with other counts that contradict no more, each next to another one of them."""
    waiting, known = [(fit.parameters, (fit.hard, fit.off))], {_counts(fit.parameters)}
    given = 0
    while waiting and given < most:
        parameters, score = waiting.pop(0)
        yield parameters, score
        given += 1
        for near in neighbours(parameters):
            if _counts(near) not in known and fit.family.sensible(near):
                known.add(_counts(near))
                found, moved = refined(fit.family, near, decisions, scored(fit.family, near, decisions), TRIES)
                if found[0] <= fit.hard:
                    waiting.append((moved, found))


def _counts(parameters: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(value for value in parameters.values() if isinstance(value, int))


def _half_way(decision: Decision) -> Decision:
    middle = (decision.earliest + decision.latest) / 2
    return decision._replace(earliest=middle, latest=middle)


def _moved(fit: Fit, parameters: dict[str, Any], halved: Sequence[Decision]) -> tuple[Score, dict[str, Any]]:
    return refined(fit.family, parameters, halved, scored(fit.family, parameters, halved))

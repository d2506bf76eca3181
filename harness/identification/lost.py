"""Requests to which no answer came: the limiter may have counted them, or have never seen them.

Each is taken for whichever of the two contradicts the best model less.
"""

from collections.abc import Iterable, Sequence

from harness.identification.fit import Fit
from harness.identification.refine import judged
from harness.identification.trace import Decision, Trace

# The last so many are looked at, for each look takes the whole trace; and so many in a row at once, for one alone of
# several that were counted may explain nothing.
LOOKED_AT, TOGETHER = 16, 3


def weighed(trace: Trace, best: Fit) -> bool:
    """Puts some among what was decided, as if they had been let in, or takes them out again, where that is better.
    Whether any was moved."""
    hard, moved = judged(best.family, best.parameters, trace.decisions)[0], False
    recent = trace.lost[-LOOKED_AT:]
    rows = [recent[at : at + length] for length in range(1, TOGETHER + 1) for at in range(len(recent) - length + 1)]
    for row in rows:
        if not hard:
            break
        tried = _turned(trace.decisions, row)
        found, _ = judged(best.family, best.parameters, tried)
        if found < hard:
            trace.decisions, hard, moved = tried, found, True
    return moved


def _turned(decisions: Sequence[Decision], row: Sequence[Decision]) -> list[Decision]:
    """With all of them, or without, where all are there."""
    without = [each for each in decisions if not (each.lost and each in row)]
    return without if len(without) == len(decisions) - len(row) else with_lost(without, row)


def reversed_of(trace: Trace) -> list[Decision]:
    """What was decided with all of them, or without, where all are there."""
    return _turned(trace.decisions, trace.lost)


def with_lost(decisions: Sequence[Decision], lost: Iterable[Decision]) -> list[Decision]:
    """Each before all others of its group: what was let in comes first."""
    whole = list(decisions)
    for each in lost:
        at = next((position for position, other in enumerate(whole) if other.number >= each.number), len(whole))
        whole.insert(at, each)
    return whole

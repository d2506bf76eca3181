"""What else it is not: families that nothing seen has the shape of, and the two that only groups of requests meet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.identification.families import FAMILIES
from harness.identification.parallel import CONCURRENCY, QUEUEING, line_of
from harness.identification.run import Run
from harness.limits.groups import Group, groups

# A line that moves so many times as fast as the limiter lets in is the target at its work.
FASTER = 3.0
SHAPELESS = "nothing in what was seen has its shape"


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A family to which no parameters could be given, and why, in words."""

    family: str
    why: str


def ruled_out(run: Run) -> Iterator[RuledOut]:
    """Nothing where a limiter was found that only groups meet: there no other family was tried."""
    if run.parallel is not None or not run.bank.fits:
        return
    fitted = {fit.family for fit in (*run.bank.fits, *run.clean)}
    for family in FAMILIES:
        if family not in fitted:
            yield RuledOut(family.family, SHAPELESS)
    together = groups(run.trace.observations)
    if why := _no_queue(together, FASTER * run.bank.best.model().sustainable):
        yield RuledOut(QUEUEING, why)
    if any(len(group.observations) == 1 and not group.observations[0].admitted for group in together):
        yield RuledOut(CONCURRENCY, "single requests were refused, with no other under way")


def _no_queue(together: Sequence[Group], fastest: float) -> str:
    """Empty where a group came out one after the other at an even pace, of no more than so many requests a second."""
    seen = [each for group in together for each in group.observations]
    waits = [each.received - each.sent for each in seen if each.admitted]
    lines = (line_of(group.observations) for group in together)
    if not waits or any(line is not None and line[0] <= fastest for line in lines):
        return ""
    return f"no request waited in line: all that were let in were answered within {1000 * max(waits):.0f} ms"

"""What was let in after an answer stood, although its rule would have refused it: then the rule is another one.

Only that counts. What was refused then may be for others who share the quota and were asked beside it.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace

from harness.identification.answer import EXPLAINED, Identification, mismatches
from harness.identification.fit import Fit, fitted
from harness.identification.run import Run
from harness.identification.trace import Observation, Trace


def withdrawn(identified: Identification, run: Run, later: Sequence[Sequence[Observation]]) -> Identification:
    """The answer, or none where its rule would have refused more of `later` than chance lets in, whatever its times.
    `later` is what was asked of the same subject since, in its groups. Two limiters together are not held to it."""
    if run.parallel is not None or identified.behind is not None:
        return identified
    trace = copy.deepcopy(run.trace)
    for group in later:
        trace.add(group)
    kin = [fit for fit in identified.fits if fit.family.family in identified.families]
    found = min((_let_in_since(fit, trace, len(run.trace.observations)) for fit in kin), default=0)
    if found <= max(1, EXPLAINED * sum(map(len, later))):
        return identified
    return replace(identified, families=(), bounds={}, confidence=0.0, sustainable_per_s=None, let_in_later=found)


def _let_in_since(fit: Fit, trace: Trace, begin: int) -> int:
    """How many more it contradicts with those from that observation on, the refused ones among them left out. Its times
    are fitted to them first: what is off by little is off by more, the longer a clock goes on."""
    again = fitted(fit.family, trace.decisions, [fit.parameters]) or fit
    numbers = (number for number, _ in mismatches(again.model(), trace.decisions))
    return sum(number < begin or trace.observations[number].admitted for number in numbers) - fit.hard

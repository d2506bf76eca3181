"""The identification from beginning to end: what to send, and when enough was seen.

Sans-io: `identify` is a generator. It yields probes, is sent the observations of each, and returns what it found.
"""

from collections.abc import Callable, Generator, Sequence

from harness.identification.budget import Budget
from harness.identification.caution import Caution
from harness.identification.look import looked
from harness.identification.probe import Probe
from harness.identification.rounds import rounds
from harness.identification.run import Over, Run
from harness.identification.second import settled
from harness.identification.start import first_experiments, in_parallel, opening, recovery
from harness.identification.trace import Observation


def identify(
    budget: Budget, draw: Callable[[], float], before: Sequence[Sequence[Observation]] = (), look_behind: int = 0
) -> Generator[Probe, Sequence[Observation], Run]:
    """At most so many requests, `look_behind`, are spent on whether a second limiter stands behind the one that was
    found, and more where it does.

    `draw` gives numbers of [0, 1), by which silences differ: what keeps time by a clock is met at any moment of it.

    `before` are groups that used up the same quota before; they count in the budget.
    """
    run = Run(budget, draw, caution=Caution(wary=look_behind > 0))
    for group in before:
        run.take(group)
    try:
        limited = yield from opening(run)
        if limited:
            yield from in_parallel(run)
        if limited and run.parallel is None:
            yield from recovery(run)
            yield from first_experiments(run)
            yield from rounds(run)
            yield from looked(run, look_behind)
    except Over:
        run.cut_short = True
    run.whole()
    if run.parallel is None and _limited(run):
        if run.look is not None:
            run.look.both = settled(run, run.look)
        run.fit(anew=True)
        run.settle()
    return run


def _limited(run: Run) -> bool:
    return any(not each.admitted for each in run.trace.observations)

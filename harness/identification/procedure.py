"""The identification from beginning to end: what to send, and when enough was seen.

Sans-io: `identify` is a generator. It yields probes, is sent the observations of each, and returns what it found.
"""

from collections.abc import Callable, Generator, Sequence

from harness.identification.again import asked_again, first_of
from harness.identification.bank import SHORTEST
from harness.identification.behind import Search
from harness.identification.budget import Budget
from harness.identification.caution import Caution
from harness.identification.probe import Probe
from harness.identification.rest import let_rest
from harness.identification.rounds import ROUNDS, rounds
from harness.identification.run import Over, Run, Step, agreed
from harness.identification.second import alone, second_of, settled
from harness.identification.start import first_experiments, in_parallel, opening, recovery
from harness.identification.trace import Observation

# A second limit is looked for with so many times what the first lets in at once, and with so many requests at least.
FILLED, LEAST_BEHIND = 12, 60
# So often, for what is seen then may be what the first was not known well enough for; and so many experiments more.
LOOKS, MORE = 3, 4


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
            yield from _behind(run, look_behind)
    except Over:
        run.cut_short = True
    run.whole()
    if run.parallel is None and openings_seen(run):
        if run.search is not None and run.second is not None:
            run.behind = settled(run, run.search, run.second, run.again)
        run.fit(anew=True)
        run.bank.settle(run.trace)
    return run


def openings_seen(run: Run) -> bool:
    return any(not each.admitted for each in run.trace.observations)


def _behind(run: Run, most: int) -> Step:
    """Whether something else refuses what the model lets in; and where it does, what that is."""
    if not most:
        return
    run.looked_since = len(run.trace.observations)
    for look in range(LOOKS):
        if not run.clean:
            return
        run.pace = None
        run.search = Search(run.trace, run.clean[0], SHORTEST * run.trace.round_trip)
        yield from run.carry_out(run.search.run(min(most, max(LEAST_BEHIND, FILLED * run.clean[0].model().quota))))
        if run.search.met is None:
            run.fit()
            run.rounds = ROUNDS - MORE
            if (unmet := agreed(run.clean[0].model(), run.decided)) < len(run.decided) and run.caution.rests:
                # What was left out for another limiter, which then is not there: it is this one that is wrong.
                let_rest(run, run.caution.since + unmet, wrong=True)
            elif not run.bank.best.hard or look == LOOKS - 1:
                return
        else:
            run.second = second_of(run, run.search)
            yield from run.carry_out(alone(run.second))
            if run.second.bank.fits:
                if not run.second.bank.best.hard:
                    run.again = first_of(run, run.second)
                    yield from run.carry_out(asked_again(run.again))
                return
            met = sum(each.sent < run.search.met[0] for each in run.trace.observations)
            let_rest(run, met, wrong=True)
        yield from rounds(run)

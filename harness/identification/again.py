"""The first of two limiters, asked once more now that the second is known: by requests that the second lets in for
certain."""

from harness.identification.bank import Bank
from harness.identification.pace import Pace
from harness.identification.rounds import anew, rounds
from harness.identification.run import Run, Step
from harness.identification.trace import Trace


def first_of(run: Run, second: Run) -> Run:
    """Nothing is sent any more but what the second lets in for certain."""
    best = second.bank.best
    widths = second.bank.doubts(best).values()
    trace = Trace(list(run.trace.observations), lost=run.trace.lost)
    pace = Pace.of(best, max(widths, default=0.0), trace.received)
    bank = Bank(list(run.clean))
    return Run(run.budget, run.draw, trace, bank, run.scales, pace, "the first again: ", now=run.trace.end)


def asked_again(run: Run) -> Step:
    """Only what is sent from here on counts: what was decided before may have been the other's."""
    run.gather()
    yield from anew(run)
    run.fit(anew=True)
    if run.bank.fits:
        yield from rounds(run)

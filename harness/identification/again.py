"""The first of two limiters, asked once more now that the second is known: by requests that the second lets in for
certain."""

from harness.identification.bank import Bank
from harness.identification.layers import Behind
from harness.identification.pace import Pace
from harness.identification.rounds import anew, rounds
from harness.identification.run import Run, Step
from harness.identification.trace import Trace


def first_of(run: Run, found: Behind) -> Run:
    """What the first decided so far, as far as that is known."""
    trace = Trace(list(run.trace.observations), found.own(0, run.trace.decisions))
    widths = [(high - low) / 2 / high for name, (low, high) in found.bounds[1].items() if name != "phase"]
    pace = Pace.of(found.seconds[0], max(widths, default=0.0))
    pace.note(trace.observations[-pace.quota :])
    return Run(
        run.budget,
        run.draw,
        trace,
        Bank(list(found.firsts)),
        run.scales,
        pace=pace,
        about="the first again: ",
        now=run.trace.end,
    )


def asked_again(run: Run) -> Step:
    """Only what is sent from here on counts: what was decided before may have been the other's."""
    since = len(run.trace.observations)
    run.gather()
    yield from anew(run)
    run.trace.decisions = [each for each in run.trace.decisions if each.number >= since]
    run.fit(anew=True)
    if run.bank.fits:
        yield from rounds(run)

"""The second of two limiters, identified as the first was: by requests that the first lets in for certain."""

from harness.identification.bank import SHORTEST, Bank
from harness.identification.behind import Search
from harness.identification.experiments import Scales, burst, polled
from harness.identification.layers import Behind, behind, better_known
from harness.identification.openings import rows
from harness.identification.pace import Pace
from harness.identification.rounds import rounds
from harness.identification.run import Look, Run, Step
from harness.identification.start import SOME, recovery
from harness.identification.trace import Trace

# All of its quota is back after so many times as long as it takes to let in as many; but no silence takes more of the
# time that is left than this share.
CALM, LONGEST_SILENCE = 1.3, 0.15
# The first look at when it opens: so many polls, in so many times as long a silence as it opened after.
POLLS, FIRST_LOOK = 12, 1.5


def second_of(run: Run, search: Search) -> Run:
    """What the other decided so far, and nothing is sent any more but what the first lets in for certain."""
    trace = Trace(list(run.trace.observations), search.others(), run.trace.lost)
    pace = Pace.of(search.first, search.doubt, trace.received)
    scales = Scales(max([1, *rows(trace.decisions)]), 1.0, run.trace.round_trip, 1.0)
    return Run(run.budget, run.draw, trace, pace=pace, about="another limiter: ", scales=scales, now=run.trace.end)


def alone(run: Run) -> Step:
    """From the moment in which it is exhausted, and then anew from a silence: of what the first limiter refused until
    then it may have counted all, or nothing."""
    met = len(run.trace.observations)
    yield from recovery(run)
    if run.trace.observations[-1].admitted:
        return
    yield from run.carry_out(polled(run.now, run.scales, POLLS, FIRST_LOOK, SOME))
    seen = run.trace.observations[met:]
    row = max(rows(run.trace.decisions))
    scale = row * (seen[-1].received - seen[0].sent) / sum(each.admitted for each in seen)
    run.now += min(CALM * scale, LONGEST_SILENCE * (run.budget.seconds - run.now))
    run.scales = Scales(row, scale, run.scales.round_trip, min(scale / 2, run.scales.quick))
    since = len(run.trace.observations)
    yield from run.carry_out(burst(run.now, run.scales, 0.0, 0.5, 0.45, POLLS, 1.5))
    run.trace.decisions = [each for each in run.trace.decisions if each.number >= since]
    run.fit(anew=True)
    if run.bank.fits:
        yield from rounds(run)


def settled(run: Run, look: Look) -> Behind | None:
    """What everything that was seen so far comes to. The first is known better once the second is, and best where it
    was asked again then. None where nothing is known of a second."""
    second, first = look.second, look.again
    if second is None:
        return None
    second.fit(anew=True)
    if not second.bank.fits:
        return None
    second.bank.settle(second.trace)
    bounds = second.bank.bounds.get(second.bank.best.family.family, {})
    nearest = look.search.first
    known = [nearest, *(fit for fit in run.clean if fit.family is not nearest.family)]
    decisions, shortest = run.trace.decisions, SHORTEST * run.trace.round_trip
    found = min(
        (
            better_known(behind(firsts, second.bank.fits, ({}, bounds), decisions), decisions, shortest)
            for firsts in ([first.bank.fits] if first and first.bank.fits else []) + [known]
        ),
        key=lambda each: each.hard,
    )
    bank = Bank(list(found.firsts))
    bank.fit(Trace(run.trace.observations, found.own(0, decisions)), anew=True)
    own = bank.bounds.get(bank.best.family.family, {})
    again = behind(bank.fits, found.seconds, (own, found.bounds[1]), decisions)
    return again if again.hard <= found.hard else found

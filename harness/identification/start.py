"""How an identification begins: until something is refused, how soon it is let in again, and a first look at both.

What a target refuses in groups only is told right here.
"""

from collections.abc import Generator, Sequence

from harness.identification.experiments import LARGEST_GROUP, SWIFT, Scales, burst, polled, press
from harness.identification.parallel import concurrency, queueing
from harness.identification.probe import Probe
from harness.identification.run import Run, Step
from harness.identification.trace import Observation

# What the first bursts may take of the budget before a target counts as unlimited.
OPENING_SHARE = 0.35
# A silence for which there is no time any more is cut short once, if less than this share of the time is over.
LAST_SILENCE = 0.9
# The first look at when it opens is over so many times as long a silence as it opened after.
FIRST_LOOK = 2.2
# So much of a quota at once is enough to see that it opened for more than one.
SOME = 0.3


def opening(run: Run) -> Generator[Probe, Sequence[Observation], bool]:
    """More and more at once, until one is refused."""
    count = 1
    while len(run.trace.observations) + count <= run.budget.requests * OPENING_SHARE:
        seen = yield from run.send(Probe(run.now, count, "burst from idle"))
        if any(not each.admitted for each in seen):
            run.refused_group = seen
            yield from run.send(Probe(run.now, 1, "is it exhausted?"))
            quota = max(1, sum(each.admitted for each in run.trace.observations))
            run.scales = Scales(quota, 1.0, run.trace.round_trip, 1.0)
            return True
        count = min(LARGEST_GROUP, count * 2)
    return False


def in_parallel(run: Run) -> Step:
    """Where a group was refused in part, and the next one alone was not: perhaps only groups are ever refused."""
    if len(run.refused_group) > 1 and run.trace.observations[-1].admitted:
        run.parallel = yield from run.carry_out(queueing(run.refused_group, run.now))
        if run.parallel is None:
            run.parallel = yield from run.carry_out(concurrency(run.refused_group, run.now))


def recovery(run: Run) -> Step:
    """Silences, each twice as long as the one before, until one is let in; and all that it lets in then."""
    quiet = max(2 * run.trace.round_trip, 0.01)
    while True:
        refused_at = run.now
        last = run.budget.seconds
        at = last if run.now < LAST_SILENCE * last < last < run.now + quiet else run.now + quiet
        [seen] = yield from run.send(Probe(at, 1, f"recovery after {quiet:.3g} s of silence"))
        if seen.admitted:
            break
        quiet *= 2
    before = len(run.trace.observations)
    largest = run.scales.quota
    yield from run.carry_out(
        press("how many does it let in?", run.now, Scales(largest, quiet, run.trace.round_trip, quiet), 2 * largest + 8)
    )
    row = 1 + sum(each.admitted for each in run.trace.observations[before:])
    silent = run.trace.observations[before - 1].received - refused_at
    scale = silent if row >= 0.6 * largest else silent * min(largest / row, 60)
    run.scales = Scales(max(largest, row), max(scale, 4 * run.trace.round_trip), run.trace.round_trip, silent)


def first_experiments(run: Run) -> Step:
    """It is exhausted now: when does it open? And from idle again, half and half, by which logs and windows differ."""
    scales = run.scales
    if scales.quick < SWIFT * scales.round_trip:
        yield from run.carry_out(burst(run.now, scales, 1.3 + run.draw(), 0, 0, 20, 1.6))
    else:
        yield from run.carry_out(polled(run.now, scales, 20, FIRST_LOOK, SOME))
    run.fit()
    scales = run.scales
    yield from run.carry_out(burst(run.now, scales, 1.1 + run.draw(), 0.5, 0.45, 16, 1.5))
    run.fit()

"""The identification from beginning to end: what to send, and when enough was seen.

Sans-io: `identify` is a generator. It yields probes, is sent the observations of each, and returns what it found.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from harness.identification.bank import SHORTEST, Bank
from harness.identification.behind import Search
from harness.identification.budget import Budget
from harness.identification.experiments import (
    LARGEST_GROUP,
    SWIFT,
    Experiment,
    Scales,
    burst,
    filled,
    lapse,
    polled,
    press,
    silence,
)
from harness.identification.fit import Fit
from harness.identification.layers import Behind
from harness.identification.midway import in_doubt
from harness.identification.parallel import Parallel, concurrency, queueing
from harness.identification.probe import Probe
from harness.identification.rivals import separation
from harness.identification.room import full_again
from harness.identification.trace import Observation, Trace

# What the first bursts may take of the budget before a target counts as unlimited.
OPENING_SHARE = 0.35
# Rounds of the experiment that separates the best models most.
ROUNDS = 12
# A rival is refuted by so many verdicts that it could not have given.
REFUTING = 2
# A second limit is looked for with so many times what the first lets in at once, and with so many requests at least.
FILLED, LEAST_BEHIND = 12, 60
# Who was refused last is calm after so many times the longest time that it counts in.
AGAIN = 1.02
# A silence for which there is no time any more is cut short once, if less than this share of the time is over.
LAST_SILENCE = 0.9
# And so often is a quota counted that is in doubt.
COUNTED = 3
# As precise as a time is asked for, relative to it, where a quota is no more than CHEAP requests, or CHEAP_UNSEEN where
# each look at it takes a whole one; in proportion beyond that, up to DEAREST times.
PRECISE = 0.01
CHEAP, CHEAP_UNSEEN, DEAREST = 50, 8, 10.0
# Of an experiment that is to separate models, so many contradictions are as good as more, and what it costs counts with
# this power.
ENOUGH, DEAR = 3.0, 0.8
# The first look at when it opens is over so many times as long a silence as it opened after.
FIRST_LOOK = 2.2
# So much of a quota at once is enough to see that it opened for more than one.
SOME = 0.3
# An exhausted quota is looked at so often as it opens; each time by so many requests, or as many as a quota is dear.
LOOKS, FEWEST_OFFSETS, MOST_OFFSETS = 2, 3, 12

T = TypeVar("T")
Step = Generator[Probe, Sequence[Observation], None]


class Over(Exception):
    """Nothing more can be sent. Thrown into `identify`, it ends it with what was seen so far."""


@dataclass(slots=True)
class Run:
    """One identification under way. Seconds since the trace began."""

    budget: Budget
    draw: Callable[[], float]
    trace: Trace = field(default_factory=Trace)
    bank: Bank = field(default_factory=Bank)
    scales: Scales = field(default_factory=lambda: Scales(1, 1.0, 0.01, 1.0))
    now: float = 0.0
    rounds: int = 0
    # How often a quota was counted that others would explain as well.
    counted: int = 0
    parallel: Parallel | None = None
    refused_group: Sequence[Observation] = ()
    # All families as they stood when one of them last explained everything, and how many requests that was.
    clean: Sequence[Fit] = ()
    clean_until: int = 0
    # What looks for a second limiter, and since how many requests.
    search: Search | None = None
    looked_since: int = 0
    # Whether the budget ended it.
    cut_short: bool = False
    behind: Behind | None = None

    def send(self, probe: Probe) -> Generator[Probe, Sequence[Observation], Sequence[Observation]]:
        if len(self.trace.observations) + probe.count > self.budget.requests or probe.at > self.budget.seconds:
            raise Over
        seen = yield probe
        self.trace.add(seen)
        self.now = max([self.now, *(each.received for each in seen)])
        return seen

    def carry_out(
        self, experiment: Generator[Probe, Sequence[Observation], T]
    ) -> Generator[Probe, Sequence[Observation], T]:
        try:
            probe = next(experiment)
            while True:
                seen = yield from self.send(probe)
                probe = experiment.send(seen)
        except StopIteration as over:
            found: T = over.value
            return found


def identify(
    budget: Budget, draw: Callable[[], float], before: Sequence[Sequence[Observation]] = (), look_behind: int = 0
) -> Generator[Probe, Sequence[Observation], Run]:
    """At most so many requests, `look_behind`, are spent on whether a second limiter stands behind the one that was
    found, and more where it does.

    `draw` gives numbers of [0, 1), by which silences differ: what keeps time by a clock is met at any moment of it.

    `before` are groups that used up the same quota before; they count in the budget.
    """
    run = Run(budget, draw)
    for group in before:
        run.trace.add(group)
        run.now = max(each.received for each in group)
    try:
        limited = yield from _opening(run)
        if limited:
            yield from _in_parallel(run)
        if limited and run.parallel is None:
            yield from _recovery(run)
            yield from _first_experiments(run)
            yield from _rounds(run)
            yield from _behind(run, look_behind)
    except Over:
        run.cut_short = True
    if run.parallel is None and openings_seen(run):
        if run.search is not None and run.search.spans:
            run.behind = run.search.settled()
        _fit(run)
        run.bank.settle(run.trace)
    return run


def _fit(run: Run) -> None:
    run.bank.fit(run.trace)
    if run.bank.fits and not run.bank.best.hard:
        run.clean, run.clean_until = tuple(run.bank.fits), len(run.trace.decisions)
    run.scales = run.bank.scales(run.scales)


def openings_seen(run: Run) -> bool:
    return any(not each.admitted for each in run.trace.observations)


def _opening(run: Run) -> Generator[Probe, Sequence[Observation], bool]:
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


def _in_parallel(run: Run) -> Step:
    """Where a group was refused in part, and the next one alone was not: perhaps only groups are ever refused."""
    if len(run.refused_group) > 1 and run.trace.observations[-1].admitted:
        run.parallel = yield from run.carry_out(queueing(run.refused_group, run.now))
        if run.parallel is None:
            run.parallel = yield from run.carry_out(concurrency(run.refused_group, run.now))


def _recovery(run: Run) -> Step:
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


def _first_experiments(run: Run) -> Step:
    """It is exhausted now: when does it open? And from idle again, half and half, by which logs and windows differ."""
    scales = run.scales
    if scales.quick < SWIFT * scales.round_trip:
        yield from run.carry_out(burst(run.now, scales, 1.3 + run.draw(), 0, 0, 20, 1.6))
    else:
        yield from run.carry_out(polled(run.now, scales, 20, FIRST_LOOK, SOME))
    _fit(run)
    scales = run.scales
    yield from run.carry_out(burst(run.now, scales, 1.1 + run.draw(), 0.5, 0.45, 16, 1.5))
    _fit(run)


def _rounds(run: Run) -> Step:
    while run.rounds < ROUNDS:
        run.rounds += 1
        best, rivals = run.bank.best, run.bank.rivals(REFUTING)
        if best.hard and run.rounds % 2:
            yield from _anew(run)
        elif rivals:
            yield from run.carry_out(_separating(run, best, rivals)())
        elif best.hard:
            yield from run.carry_out(burst(run.now, run.scales, 1.1 + run.draw(), 0.5, 0.45, 16, 1.5))
        elif not (doubtful := _doubtful(run, best)):
            if run.bank.searched < len(run.trace.decisions):
                run.bank.fit(run.trace, anew=True)
                run.rounds -= 1
                continue
            if run.counted >= COUNTED or not in_doubt(best, run.trace.decisions):
                return
            run.counted += 1
            yield from run.carry_out(filled(run.now, run.scales, 1.1 + run.draw()))
        elif (lapsing := _lapsing(run, best, doubtful)) is not None:
            yield from run.carry_out(lapsing)
        else:
            yield from _sharpened(run, best)
        _fit(run)


def _anew(run: Run) -> Step:
    """Nothing explains all that was seen: perhaps the first silence met an edge by chance, and every scale is wrong."""
    yield from run.carry_out(press("until it refuses", run.now, run.scales, 2 * run.scales.quota + 8))
    yield from _recovery(run)
    yield from run.carry_out(burst(run.now, run.scales, 1.2 + run.draw(), 0, 0, 16, 1.5))


def _behind(run: Run, most: int) -> Step:
    """Whether something else refuses what the model lets in; and where it does, what that is."""
    if most and run.clean:
        most = min(most, max(LEAST_BEHIND, FILLED * run.clean[0].model().quota))
        run.search = Search(run.trace, run.clean[0], SHORTEST * run.trace.round_trip)
        run.looked_since = len(run.trace.observations)
        yield from run.carry_out(run.search.run(most, lambda: run.budget.requests - len(run.trace.observations)))


def _separating(run: Run, best: Fit, rivals: Sequence[Fit]) -> Callable[[], Experiment]:
    """The experiment in which the best model and its likeliest rivals differ most for what it costs."""
    models = [run.bank.state(fit, run.trace) for fit in (best, *rivals[:2])]
    left = run.budget.requests - len(run.trace.observations)
    choices: list[tuple[float, int, Callable[[], Experiment]]] = []
    for number, experiment in enumerate(_experiments(run)):
        found = [separation((models[0], rival), experiment, run.now, run.trace.round_trip) for rival in models[1:]]
        cost = max(cost for _, cost in found)
        worth = min(ENOUGH, *(hard for hard, _ in found)) + sum(min(ENOUGH, hard) for hard, _ in found) / 10
        if cost <= left:
            choices.append((worth / (20 + cost) ** DEAR, -number, experiment))
    return max(choices, default=(0.0, 0, _experiments(run)[0]), key=lambda each: each[:2])[2]


def _experiments(run: Run) -> list[Callable[[], Experiment]]:
    now, scales = run.now, run.scales
    idle = [1.05 + run.draw() for _ in range(4)]

    def bursts(
        idle: float, share: float, pause: float, polls: int, over: float, enough: float = 1.0
    ) -> Callable[[], Experiment]:
        return lambda: burst(now, scales, idle, share, pause, polls, over, enough)

    def silences(quiet: float, polls: int) -> Callable[[], Experiment]:
        return lambda: silence(now, scales, quiet, polls)

    return [
        bursts(idle[0], 0.5, 0.45, 14, 1.4),
        bursts(idle[1], 0.0, 0.0, 20, 1.4),
        bursts(idle[2], 0.3, 0.7, 14, 1.4),
        bursts(idle[3], 0.7, 0.3, 14, 1.4),
        bursts(idle[0], 0.5, 1.2, 10, 1.2),
        silences(0.35, 3),
        silences(0.7, 3),
        silences(1.1, 2),
        # Only until it opens, which costs half as much; and with what is exhausted already, less still.
        bursts(idle[1], 0.5, 0.45, 14, 1.4, SOME),
        bursts(idle[2], 0.2, 0.7, 14, 1.4, SOME),
        bursts(idle[3], 0.8, 0.6, 14, 1.4, SOME),
        lambda: polled(now, scales, 14, 1.4, SOME),
    ]


def _doubtful(run: Run, best: Fit) -> list[str]:
    """The times of the best model that are known less well than is worth its price."""
    quota, parameters = best.model().quota, best.model().parameters()

    def wanted(name: str) -> float:
        dear = quota / (CHEAP_UNSEEN if name == best.family.unseen else CHEAP)
        finest: float = run.trace.round_trip / parameters[name]
        return max(PRECISE * max(1.0, min(dear, DEAREST)), finest)

    return [name for name, doubt in run.bank.doubts(best).items() if doubt > wanted(name)]


def _lapsing(run: Run, best: Fit, doubtful: Sequence[str]) -> Experiment | None:
    """What halves the bounds of a time that only shows while nothing is refused, where all others are known."""
    if best.family.unseen is None or list(doubtful) != [best.family.unseen]:
        return None
    low, high = run.bank.bounds[best.family.family][best.family.unseen]
    calm = full_again(run.bank.state(best, run.trace), run.now) - run.now
    if not run.trace.observations[-1].admitted:  # a group of which some were refused may leave open which of them was
        calm = max(calm, AGAIN * best.model().scale)
    return lapse(run.now, best.model().quota, max(calm, high), (low + high) / 2)


def _sharpened(run: Run, best: Fit) -> Step:
    """Single requests just before and just after the model says that it opens, until one is let in: that is what
    narrows the bounds of a window. The dearer a quota is, the more often one opening is looked at."""
    model = run.bank.state(best, run.trace)
    if model.admits(run.now):
        yield from run.carry_out(press("until it refuses", run.now, run.scales, 2 * run.scales.quota + 8))
    doubt = max(run.trace.round_trip, run.bank.doubt(best) * run.scales.time)
    for _ in range(LOOKS):
        model = run.bank.state(best, run.trace)
        if model.admits(run.now):
            return
        opens = model.opens(run.now, 3 * run.scales.time)
        for off in _offsets(run.scales, doubt):
            [seen] = yield from run.send(Probe(opens + off, 1, "is it open already?"))
            if seen.admitted:
                break


def _offsets(scales: Scales, doubt: float) -> list[float]:
    """Evenly over the doubt and a little beyond, no closer than a round trip: seconds."""
    count = max(FEWEST_OFFSETS, min(round(2 * scales.quota**0.5), MOST_OFFSETS, int(2 * doubt / scales.round_trip)))
    return [1.1 * doubt * (2 * number / (count - 1) - 1) for number in range(count)]

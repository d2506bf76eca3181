"""What is sent once something is known: what separates the models that are left, and what sharpens the best one."""

from collections.abc import Callable, Sequence

from harness.identification.experiments import Experiment, Scales, burst, filled, lapse, polled, press, silence, spread
from harness.identification.fit import Fit
from harness.identification.midway import in_doubt
from harness.identification.probe import Probe
from harness.identification.rest import rested
from harness.identification.rivals import separation
from harness.identification.room import full_again
from harness.identification.run import Run, Step
from harness.identification.start import SOME, recovery

# At most so many experiments; up to this many where that of `_of_unseen` is still to come, and so many after it.
ROUNDS, LONGEST, AFTER = 12, 16, 3
# A rival is refuted by so many verdicts that it could not have given.
REFUTING = 2
# Of an experiment that is to separate models, so many contradictions are as good as more, and what it costs counts with
# this power.
ENOUGH, DEAR = 3.0, 0.8
# As precise as a time is asked for, relative to it, where a quota is no more than CHEAP requests, or CHEAP_UNSEEN where
# each look at it takes a whole one; in proportion beyond that, up to DEAREST times.
PRECISE = 0.01
CHEAP, CHEAP_UNSEEN, DEAREST = 50, 8, 10.0
# With what request a time begins that is not seen is asked once its bounds are no further apart.
WELL = 1.1
# So often is a quota counted that is in doubt.
COUNTED = 3
# Who was refused last is calm after so many times the longest time that it counts in.
AGAIN = 1.02
# An exhausted quota is looked at so often as it opens; each time by so many requests, or as many as a quota is dear.
LOOKS, FEWEST_OFFSETS, MOST_OFFSETS = 2, 3, 12


def rounds(run: Run) -> Step:
    while run.rounds < ROUNDS or (run.rounds < LONGEST and _unasked(run)):
        run.rounds += 1
        rested(run)
        run.gather()
        if (step := _next(run)) is None:
            return
        yield from step
        run.fit()


def _next(run: Run) -> Step | None:
    """None where nothing is left to ask."""
    if not run.bank.fits or (run.bank.best.hard and run.rounds % 2):
        return anew(run)
    best, rivals = run.bank.best, run.bank.rivals(REFUTING)
    if rivals:
        return run.carry_out(_separating(run, best, rivals)())
    if best.hard:
        return run.carry_out(burst(run.now, run.scales, 1.1 + run.draw(), 0.5, 0.45, 16, 1.5))
    doubtful = _doubtful(run, best)
    if (asked := _of_unseen(run, best, doubtful)) is not None:
        return run.carry_out(asked)
    return _sharpened(run, best) if doubtful else _last(run, best)


def _last(run: Run, best: Fit) -> Step | None:
    """What is asked where one family explains everything, and its times are known."""
    if run.bank.searched < len(run.trace.decisions):
        run.bank.fit(run.trace, anew=True)
        return _next(run)
    if twins := run.bank.twins(run.trace):
        return _other_periods(run, best, twins)
    if run.counted >= COUNTED or not in_doubt(best, run.trace.decisions):
        return None
    run.counted += 1
    return run.carry_out(filled(run.now, run.scales, 1.1 + run.draw()))


def _other_periods(run: Run, best: Fit, twins: Sequence[Fit]) -> Step:
    yield from run.carry_out(_separating(run, best, twins)())
    run.bank.fit(run.trace, anew=True)


def anew(run: Run) -> Step:
    """Nothing explains all that was seen: perhaps the first silence met an edge by chance, and every scale is wrong."""
    yield from run.carry_out(press("until it refuses", run.now, run.scales, 2 * run.scales.quota + 8))
    yield from recovery(run)
    yield from run.carry_out(burst(run.now, run.scales, 1.2 + run.draw(), 0, 0, 16, 1.5))


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
    # A block lasts from one decision to another, and of both it is not known when they fell.
    ends = 1 if best.family.unseen is None else 2

    def wanted(name: str) -> float:
        dear = quota / (CHEAP_UNSEEN if name == best.family.unseen else CHEAP)
        finest: float = ends * run.trace.round_trip / parameters[name]
        return max(PRECISE * max(1.0, min(dear, DEAREST)), finest)

    return [name for name, doubt in run.bank.doubts(best).items() if doubt > wanted(name)]


def _unasked(run: Run) -> bool:
    """Whether nothing contradicts a model of which it was not asked with what request its unseen time begins."""
    best = run.bank.best if run.bank.fits else None
    return bool(best and best.family.unseen and not best.hard and not run.spread and best.model().quota > 1)


def _of_unseen(run: Run, best: Fit, doubtful: Sequence[str]) -> Experiment | None:
    """Of a time that only shows while nothing is refused: once it is known well enough, whether it begins with the
    first request; and what halves its bounds, where all other times are known."""
    unseen, quota = best.family.unseen, best.model().quota
    if unseen is None:
        return None
    low, high = run.bank.bounds[best.family.family][unseen]
    known = not doubtful or high <= WELL * low or run.rounds > ROUNDS
    if _unasked(run) and known:
        run.spread, run.rounds = True, min(run.rounds, ROUNDS - AFTER)
        return spread(run.now, quota, max(_calm(run, best), high), high)
    if list(doubtful) == [unseen]:
        return lapse(run.now, quota, max(_calm(run, best), high), (low + high) / 2)
    return None


def _calm(run: Run, best: Fit) -> float:
    """For how long nothing is to be sent, for all of a quota to be there again: seconds."""
    calm = full_again(run.bank.state(best, run.trace), run.now) - run.now
    if not run.trace.observations[-1].admitted:  # a group of which some were refused may leave open which of them was
        calm = max(calm, AGAIN * best.model().scale)
    return calm


def _sharpened(run: Run, best: Fit) -> Step:
    """Single requests just before and just after the model says that it opens, until one is let in: that is what
    narrows the bounds of a window. The dearer a quota is, the more often one opening is looked at."""
    model = run.bank.state(best, run.trace)
    if model.admits(run.now):
        yield from run.carry_out(press("until it refuses", run.now, run.scales, 2 * run.scales.quota + 8))
    doubt = max(run.trace.round_trip, run.bank.doubt(best) * model.waits)
    for _ in range(LOOKS):
        model = run.bank.state(best, run.trace)
        if model.admits(run.now):
            return
        opens = model.opens(run.now, 3 * run.scales.time)
        for off in _offsets(run.scales, doubt):
            [seen] = yield from run.send(Probe(opens + off, 1, "is it open already?"))
            if seen.admitted:
                break
            if model.renews:
                model = run.bank.state(best, run.trace)
                opens = model.opens(run.now, 3 * run.scales.time)


def _offsets(scales: Scales, doubt: float) -> list[float]:
    """Evenly over the doubt and a little beyond, no closer than a round trip: seconds."""
    count = max(FEWEST_OFFSETS, min(round(2 * scales.quota**0.5), MOST_OFFSETS, int(2 * doubt / scales.round_trip)))
    return [1.1 * doubt * (2 * number / (count - 1) - 1) for number in range(count)]

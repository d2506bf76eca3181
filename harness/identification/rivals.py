"""Two models of one limiter that both explain what was seen: which experiment would tell them apart?"""

from collections.abc import Callable, Sequence

from harness.identification.experiments import Experiment
from harness.identification.families.model import Model
from harness.identification.trace import Observation, Trace, heard

# A simulated experiment that sends more than this is not looked at any further: requests.
LONGEST = 400


def simulated(model: Model, experiment: Experiment, now: float, round_trip: float) -> Trace:
    """The trace of an experiment on a model, which is left as it was."""
    target, trace, asked = model.fork(), Trace(), 0
    try:
        probe = next(experiment)
        while asked < LONGEST:
            at = max(now, probe.at)
            seen = [_answer(target, at, round_trip) for _ in range(probe.count)]
            trace.add(seen)
            asked += probe.count
            now = at + round_trip
            probe = experiment.send(seen)
    except StopIteration:
        pass
    return trace


def _answer(target: Model, at: float, round_trip: float) -> Observation:
    when = at + round_trip / 2
    admitted = target.admits(when)
    target.observe(when, when, admitted)
    return Observation(at, at + round_trip, admitted)


def separation(
    models: Sequence[Model], experiment: Callable[[], Experiment], now: float, round_trip: float
) -> tuple[float, int]:
    """How many verdicts the second could not have given where the first is the truth, and the other way round; the
    lesser of the two, and the requests it takes."""
    first, second = models
    one, other = (simulated(model, experiment(), now, round_trip) for model in (first, second))
    found = min(_hard(second, one), _hard(first, other))
    return found, max(len(one.observations), len(other.observations))


def _hard(model: Model, trace: Trace) -> int:
    return model.fork().replay(heard(trace.decisions, model.heeds_refusals))[0]

"""What an identification came to, with what refutes everything else."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.identification.families.model import FAR, Model
from harness.identification.fit import Fit
from harness.identification.layers import Behind
from harness.identification.openings import openings
from harness.identification.parallel import Parallel
from harness.identification.room import full_again
from harness.identification.rounds import REFUTING
from harness.identification.run import Run, agreed
from harness.identification.trace import Decision, heard

# A model that contradicts more than this share of the verdicts explains nothing.
EXPLAINED = 0.03
# A limiter is told by time only where its time can be told: not by less than so many seconds, nor than a round trip.
# But chance does not keep to a rule so many times without a contradiction, groups and single requests in turn, where it
# keeps to no other as well.
FINEST_S, PLENTY = 0.05, 150
# How sure the answer is by how many verdicts the next family contradicts, and less for each that is left unexplained.
SURE = {0: 0.5, 1: 0.75, 2: 0.93, 3: 0.97}
LESS_SURE = 0.85
# And so much less where another limiter answered too, of which nothing more is known.
UNNAMED = 0.6
# Requests that are named as evidence against a family.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Refutation:
    """A family that it is not: how many verdicts it could not have given, the first of those requests, and one of them
    in words."""

    family: str
    mismatches: int
    numbers: tuple[int, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A second limiter: see Identification. `both` is the two of them, which a request has to pass; None where it could
    not be told what the second is. It refused after `let_in` requests in the `after_s` seconds since it was looked for,
    and for up to `closed_s`."""

    families: tuple[str, ...]
    parameters: dict[str, Any]
    bounds: dict[str, tuple[float, float]]
    confidence: float
    both: Behind | None
    let_in: int
    after_s: float
    closed_s: float


@dataclass(frozen=True, slots=True)
class Identification:
    """`families` is more than one where they cannot be told apart within the budget, and none where none explains what
    was seen, or nothing was limited. `parameters` and `bounds` are those of the first: requests and seconds.

    `sustainable_per_s` is the rate that a sender can hold without ever being refused, and `calm_at` when all of the
    quota is there again if nothing more is sent, in seconds since the trace began.
    """

    limited: bool
    families: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    confidence: float = 0.0
    mismatches: int = 0
    nearest: str | None = None
    runner_up: str | None = None
    refuted: tuple[Refutation, ...] = ()
    sustainable_per_s: float | None = None
    calm_at: float | None = None
    requests: int = 0
    seconds: float = 0.0
    fits: tuple[Fit, ...] = ()
    # What stands behind the limiter of all the other fields, and requests spent on looking for it.
    behind: "Layer | None" = None
    looked_behind: int = 0
    # Where the nearest was given up for its time alone: that, in seconds.
    too_fine_s: float | None = None
    # Where nothing is let in any more, and nothing tells when it will be: for so long, in seconds.
    shut_s: float | None = None
    # Where the answer was withdrawn: what the nearest contradicts with what was let in after it.
    let_in_later: int = 0

    @property
    def heeds_refusals(self) -> bool:
        """Whether who asks in vain may be let in the later for it."""
        return "counting_log" in self.families or bool(self.families and self.parameters.get("renewed"))


def answer_of(run: Run) -> Identification:
    seen = run.trace.observations
    spent = len(seen), run.now
    if all(each.admitted for each in seen):
        return Identification(False, requests=spent[0], seconds=spent[1])
    if run.parallel is not None:
        return _of_groups(run.parallel, *spent)
    if not openings(run.trace.decisions):
        shut = next(each for each in seen if not each.admitted)
        return Identification(True, requests=spent[0], seconds=spent[1], shut_s=spent[1] - shut.sent)
    if not run.bank.fits:
        return Identification(True, requests=spent[0], seconds=spent[1])
    layer = _layer(run)
    both = layer.both if layer else None
    fits, decisions = _firsts(run, layer)
    best = fits[0]
    fine_s = best.model().scale
    near = any(fit.hard < best.hard + REFUTING for fit in fits[1:])
    by_chance = best.hard > 0 or len(decisions) < PLENTY or (near and fine_s < run.trace.round_trip)
    too_fine = fine_s < max(FINEST_S, run.trace.round_trip) and by_chance
    # A block that is renewed explains any silence, but not that it ever let in after a shorter one.
    most = 0 if best.model().renews and not both else max(1, EXPLAINED * len(decisions))
    explained = best.hard <= most and not too_fine
    kin = [fit for fit in fits if fit.hard <= fits[0].hard] if explained else []
    rest = [fit for fit in fits if fit not in kin]
    model = both.model() if both else best.model()
    shut_s = _shut_s(model, run, explained=explained)
    return Identification(
        limited=True,
        families=tuple(fit.family.family for fit in kin),
        parameters=best.parameters,
        bounds=both.bounds[0] if both else run.bank.bounds.get(best.family.family, {}),
        confidence=_confidence(fits[0], rest, both) * (UNNAMED if layer and not both else 1.0) if kin else 0.0,
        mismatches=both.hard if both else best.hard,
        nearest=best.family.family,
        runner_up=next((fit.family.family for fit in fits[1:]), None),
        refuted=tuple(_refutation(fit, decisions, run) for fit in rest if fit.hard >= fits[0].hard + REFUTING),
        sustainable_per_s=None if not explained or (layer and not both) else model.sustainable,
        calm_at=full_again(model, run.now) if shut_s is None else None,
        requests=spent[0],
        seconds=spent[1],
        fits=tuple(fits),
        behind=layer,
        looked_behind=spent[0] - run.look.since if run.look else 0,
        too_fine_s=fine_s if too_fine else None,
        shut_s=shut_s,
    )


def _shut_s(model: Model, run: Run, *, explained: bool) -> float | None:
    """For how long nothing has been let in, at the end, that should have been; None where that is as it should be: for
    a model that explains nothing, for less than half of the time. The model is told of everything."""
    *before, last = heard(run.trace.decisions, model.heeds_refusals)
    model.replay(before)
    miss = model.observe(*last[:3])
    admitted = [each.sent for each in run.trace.observations if each.admitted]
    refused = [each.sent for each in run.trace.observations if each.sent > admitted[-1]]
    lasted = run.now - refused[0] if refused else 0.0
    if last.admitted or (explained and miss <= 0):
        return None
    return lasted if lasted > (model.scale if explained else run.now / 2) else None


def _firsts(run: Run, layer: Layer | None) -> tuple[Sequence[Fit], Sequence[Decision]]:
    """The families of the limiter that was found first, and what it decided, as far as that is known."""
    if layer is None:
        return run.bank.fits, run.trace.decisions
    if layer.both is None:
        return run.clean, run.explained
    return layer.both.firsts, layer.both.own(0, run.trace.decisions)


def _layer(run: Run) -> Layer | None:
    """None where nothing was refused but by the first."""
    found = run.look.both if run.look else None
    if run.bank.best.hard < REFUTING or (met := _met(run)) is None:
        return None
    begin, end = met
    opened = [each.sent for each in run.trace.observations if each.admitted and each.sent > end]
    until = opened[0] if opened else run.now
    before = [each for each in run.trace.observations[run.look.since if run.look else 0 :] if each.sent < begin]
    after_s = begin - before[0].sent if before else 0.0
    layer = Layer((), {}, {}, 0.0, None, sum(each.admitted for each in before), after_s, until - begin)
    unsure = found is None or found.hard > max(1, EXPLAINED * len(run.trace.decisions)) or found.seconds[0].hard > 1
    if found is None or unsure or not opened:
        return layer if run.clean else None  # where nothing explained even the beginning, two explain no more
    best = found.seconds[0]
    kin = [fit for fit in found.seconds if fit.hard <= best.hard]
    rest = [fit for fit in found.seconds if fit not in kin]
    return replace(
        layer,
        families=tuple(dict.fromkeys(fit.family.family for fit in kin)),
        parameters=best.parameters,
        bounds=found.bounds[1],
        # What decided so much alone leaves nothing unexplained, if it is the second that did.
        confidence=_confidence(best, rest, found) * (UNNAMED if best.hard else 1.0),
        both=found,
    )


def _met(run: Run) -> tuple[float, float] | None:
    """From when until when something else refused, seconds, the first time that it is known of: where it was looked
    for, or where it was met before that and nothing explained it but what it was let rest for."""
    if run.look is not None and run.look.search.met is not None:
        return run.look.search.met
    if not (run.caution.rests and run.clean):
        return None
    model = run.clean[0].model()
    first = run.trace.observations[run.trace.decisions[agreed(model, run.trace.decisions)].number]
    return first.sent, first.received


def _of_groups(found: Parallel, requests: int, seconds: float) -> Identification:
    return Identification(
        limited=True,
        families=(found.family,),
        parameters=found.parameters,
        confidence=round(0.97 * found.even, 2),
        nearest=found.family,
        sustainable_per_s=found.sustainable,
        calm_at=seconds,
        requests=requests,
        seconds=seconds,
    )


def _confidence(best: Fit, rest: Sequence[Fit], both: Behind | None) -> float:
    """Where no other family has anything to propose, nothing was refuted, and the answer is no surer for it. What two
    limiters leave unexplained together, each of them does."""
    margin = min((fit.hard - best.hard for fit in rest), default=1)
    unexplained = max(best.hard, both.hard if both else 0)
    return float(SURE[max(0, min(margin, max(SURE)))] * LESS_SURE**unexplained)


def mismatches(model: Model, decisions: Sequence[Decision]) -> list[tuple[int, float]]:
    """The observations whose verdict the model could not have given, and by how much it is off: seconds."""
    found = []
    for each in heard(decisions, model.heeds_refusals):
        miss = model.observe(each.earliest, each.latest, each.admitted)
        if miss > 0 and not each.lost:
            found.append((each.number, miss))
    return found


def _refutation(fit: Fit, decisions: Sequence[Decision], run: Run) -> Refutation:
    found = mismatches(fit.model(), decisions)
    number, miss = max(found, key=lambda each: each[1])
    seen = run.trace.observations[number]
    verdict = "let in, where it would have refused it" if seen.admitted else "refused, where it would have let it in"
    by = "" if miss >= FAR else f", by {miss:.3g} s"
    words = f"request {number + 1}, {seen.sent:.3f} s after the first, was {verdict}{by}"
    return Refutation(fit.family.family, fit.hard, tuple(number for number, _ in found[:NAMED]), words)

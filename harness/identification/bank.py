"""All families at once, each with the parameters that explain the trace best."""

from dataclasses import dataclass, field

from harness.identification.bounds import centred
from harness.identification.experiments import Scales
from harness.identification.families import FAMILIES
from harness.identification.families.model import Model
from harness.identification.fit import Fit, fitted, other_clocks, other_periods
from harness.identification.midway import likeliest
from harness.identification.trace import Trace, heard

# What counts in less than so many round trips cannot be told from the noise.
SHORTEST = 1.5
# A model that contradicts more verdicts than this says nothing about scales.
TRUSTED = 3


@dataclass(slots=True)
class Bank:
    """`fits` are in the order of how well they explain the trace, the simpler first where they are equal."""

    fits: list[Fit] = field(default_factory=list)
    bounds: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)
    # How long the trace was, in decisions, when all families were searched for.
    searched: int = 0

    def fit(self, trace: Trace, *, anew: bool = False) -> None:
        """`anew`: also families that had been given up are searched for again. They may have been given up for a trace
        that was too short to tell their times."""
        self.searched = len(trace.decisions) if anew or not self.fits else self.searched
        known = {fit.family: fit.parameters for fit in self.fits}
        least = min((fit.hard for fit in self.fits), default=0)
        found = []
        for family in FAMILIES:
            before = [known[family]] if family in known else []
            fit = fitted(family, trace.decisions, before, least, SHORTEST * trace.round_trip, anew)
            if fit is not None:
                found.append(fit)
        self.fits = sorted(found, key=lambda fit: fit.rank)
        self.bounds = {}
        for number, fit in enumerate(self.fits[:3]):
            if fit.hard <= self.fits[0].hard + 2:
                self.fits[number], self.bounds[fit.family.family] = centred(fit, trace.decisions)

    def settle(self, trace: Trace) -> None:
        """Of what explains the trace equally well, the likeliest."""
        if self.fits and not self.best.hard:
            best = likeliest(self.best, trace.decisions)
            if best is not self.best:
                self.fits[0], self.bounds[best.family.family] = best, centred(best, trace.decisions)[1]

    def widen(self, trace: Trace) -> None:
        """What was decided may as well have been this: where the best family explains it no worse, its bounds are those
        of both."""
        best, shortest = self.best, SHORTEST * trace.round_trip
        fit = fitted(best.family, trace.decisions, [best.parameters], shortest=shortest, anew=True)
        if fit is None or fit.hard > best.hard:
            return
        known, others = self.bounds.get(best.family.family, {}), centred(fit, trace.decisions)[1]
        for name in known.keys() & others.keys() - {"phase"}:
            known[name] = min(known[name][0], others[name][0]), max(known[name][1], others[name][1])

    def twins(self, trace: Trace) -> list[Fit]:
        """The best family with another period that explains all of it as well: where openings are few, they may lie on
        the edges of several, or be let in between those of another clock."""
        best = self.best
        audible = heard(trace.decisions, best.family.heeds_refusals)
        if best.family.opens_on_edges:
            return list(other_periods(best, audible))
        return list(other_clocks(best, audible, SHORTEST * trace.round_trip)) if best.family.keeps_a_clock() else []

    @property
    def best(self) -> Fit:
        return self.fits[0]

    def rivals(self, refuting: int) -> list[Fit]:
        """Those that are not yet refuted."""
        return [fit for fit in self.fits[1:] if fit.hard < self.best.hard + refuting]

    def scales(self, before: Scales) -> Scales:
        if not self.fits:
            return before
        model = self.best.model()
        if self.best.hard > TRUSTED:
            return before
        time = max(model.scale, 2 * before.round_trip)
        return Scales(model.quota, time, before.round_trip, min(time / 2, before.quick))

    def doubts(self, fit: Fit) -> dict[str, float]:
        """How wide the bounds of each time are that it counts in, relative to it: half of them."""
        found = self.bounds.get(fit.family.family, {})
        return {name: (high - low) / 2 / max(high, 1e-9) for name, (low, high) in found.items() if name != "phase"}

    def doubt(self, fit: Fit) -> float:
        """The widest of them, but for what only shows while nothing is refused."""
        return max((doubt for name, doubt in self.doubts(fit).items() if name != fit.family.unseen), default=0.1)

    def state(self, fit: Fit, trace: Trace) -> Model:
        """The model after everything that was seen."""
        model = fit.model()
        model.replay(heard(trace.decisions, model.heeds_refusals))
        return model

"""Two limiters, one behind the other: what the first lets in, the second may still refuse."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Self

from harness.identification.bounds import Bounds, centred
from harness.identification.families import FAMILIES
from harness.identification.families.model import Model
from harness.identification.fit import Fit, fitted
from harness.identification.trace import Decision

# So many of the best guesses at the second are tried together with the first.
TRIED = 3
# How often each of two layers is looked at anew, given the other.
TURNS = 3


class Layers(Model):
    """Both have to let a request in. `counted`: the first counts also what the second then refuses."""

    family: ClassVar[str] = "layers"
    heeds_refusals: ClassVar[bool] = True

    def __init__(self, first: Model, second: Model, *, counted: bool) -> None:
        self.first = first
        self.second = second
        self._counted = counted

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        if admitted:
            return max(self.first.observe(earliest, latest, True), self.second.observe(earliest, latest, True))
        one, other = (model.fork().observe(earliest, latest, False) for model in (self.first, self.second))
        if one > 0 and other > 0:
            return min(one, other)
        if one <= 0 < other:
            self.first.observe(earliest, latest, False)
        elif other <= 0 < one:
            self.second.observe(earliest, latest, False)
            if self._counted:
                self.first.observe(earliest, latest, True)
        return 0.0  # where it can have been either, nothing is learnt of both

    def admits(self, at: float) -> bool:
        return self.first.admits(at) and self.second.admits(at)

    def fork(self) -> Self:
        return type(self)(self.first.fork(), self.second.fork(), counted=self._counted)

    @property
    def scale(self) -> float:
        return max(self.first.scale, self.second.scale)

    @property
    def quota(self) -> int:
        return min(self.first.quota, self.second.quota)

    @property
    def sustainable(self) -> float:
        return min(self.first.sustainable, self.second.sustainable)


@dataclass(frozen=True, slots=True)
class Behind:
    """Two layers that explain a trace with `hard` contradictions: the one that was found first, and what is behind it,
    the likeliest first, each held against what the first does not explain. `outer` says which of the two a request
    meets first: 0 or 1; `counted` whether that one counts what the other then refuses."""

    first: Fit
    seconds: tuple[Fit, ...]
    bounds: Bounds
    hard: int
    outer: int
    counted: bool

    def model(self) -> Layers:
        return _layers(self.first, self.seconds[0], self.outer, self.counted)


def left_over(model: Model, decisions: Sequence[Decision]) -> list[Decision]:
    """Without the refusals that this layer can have given."""
    left = []
    for each in decisions:
        if each.admitted:
            model.observe(each.earliest, each.latest, True)
        elif model.fork().observe(each.earliest, each.latest, False) <= 0:
            model.observe(each.earliest, each.latest, False)
            continue
        left.append(each)
    return left


def behind(first: Fit, decisions: Sequence[Decision], shortest: float) -> Behind | None:
    """What else refuses, given what was found first; None where nothing that we know explains it. Each of the two is
    known better once the other is: so they are looked at in turn."""
    best = _second(first, decisions, shortest)
    for _ in range(TURNS):
        if best is None or not best.hard:
            break
        own = left_over(best.seconds[0].model(), decisions)
        again = fitted(first.family, own, [best.first.parameters], shortest=shortest)
        found = _second(centred(again, own)[0], decisions, shortest) if again is not None else None
        if found is None or found.hard >= best.hard:
            break
        best = found
    return best


def _second(first: Fit, decisions: Sequence[Decision], shortest: float) -> Behind | None:
    """The likeliest other layer beside the first as it is, whichever of them a request meets first."""
    left = left_over(first.model(), decisions)
    if all(each.admitted for each in left):
        return None
    found = [fit for family in FAMILIES if (fit := fitted(family, left, shortest=shortest)) is not None]
    tried = [
        (_layers(first, second, outer, counted).replay(decisions), second, outer, counted)
        for second in sorted(found, key=lambda fit: fit.rank)[:TRIED]
        for outer, counted in product((0, 1), (True, False))
    ]
    if not tried:
        return None
    (hard, _), best, outer, counted = min(tried, key=lambda each: (*each[0], each[1].rank))
    others = sorted((fit for fit in found if fit is not best), key=lambda fit: fit.rank)
    centre, bounds = centred(best, left)
    return Behind(first, (centre, *others), bounds, hard, outer, counted)


def _layers(first: Fit, second: Fit, outer: int, counted: bool) -> Layers:
    models = first.model(), second.model()
    return Layers(models[outer], models[1 - outer], counted=counted)

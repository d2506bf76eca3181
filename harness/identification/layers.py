"""Two limiters, one behind the other: what the first lets in, the second may still refuse."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import ClassVar, Self

from harness.identification.bounds import Bounds, centred
from harness.identification.families.model import Model
from harness.identification.fit import Fit, fitted
from harness.identification.trace import Decision


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
    of each the likeliest before the others. `outer` says which of the two a request meets first: 0 or 1; `counted`
    whether that one counts what the other then refuses. `bounds` are those of the likeliest first and second."""

    firsts: tuple[Fit, ...]
    seconds: tuple[Fit, ...]
    bounds: tuple[Bounds, Bounds]
    hard: int
    outer: int
    counted: bool

    @property
    def first(self) -> Fit:
        return self.firsts[0]

    def model(self) -> Layers:
        return _layers(self.firsts[0], self.seconds[0], self.outer, self.counted)

    def own(self, which: int, decisions: Sequence[Decision]) -> list[Decision]:
        """What the first (0) or the second (1) decided: without the refusals that the other can have given. Of those it
        let through what it counts. What it is itself does not matter for that."""
        met_first = which == self.outer
        other = self.seconds[0] if which == 0 else self.firsts[0]
        if met_first:
            return left_over(other.model(), decisions, counted=self.counted)
        return left_over(other.model(), decisions, counts=self.counted)


def left_over(
    model: Model, decisions: Sequence[Decision], *, counts: bool = False, counted: bool = False
) -> list[Decision]:
    """Without the refusals that this layer can have given. `counts`: it counts also what the other then refuses.
    `counted`: so does the other, which let in what this one refused."""
    left = []
    for each in decisions:
        if each.admitted:
            model.observe(each.earliest, each.latest, True)
        elif model.fork().observe(each.earliest, each.latest, False) <= 0:
            model.observe(each.earliest, each.latest, False)
            if counted:
                left.append(each._replace(admitted=True))
            continue
        elif counts:
            model.observe(each.earliest, each.latest, True)
        left.append(each)
    return left


def behind(
    firsts: Sequence[Fit], seconds: Sequence[Fit], bounds: tuple[Bounds, Bounds], decisions: Sequence[Decision]
) -> Behind:
    """The two as they explain everything best: which of them a request meets first, and what it counts then."""
    arranged = []
    for outer, counted in product((0, 1), (True, False)):
        hard, _ = _layers(firsts[0], seconds[0], outer, counted).replay(decisions)
        arranged.append(Behind(tuple(firsts), tuple(seconds), bounds, hard, outer, counted))
    return min(arranged, key=lambda each: each.hard)


def better_known(found: Behind, decisions: Sequence[Decision], shortest: float) -> Behind:
    """Each of them is known better once the other is: so both are looked at again, where that explains no less."""
    for which in (1, 0):
        own = found.own(which, decisions)
        fits, bounds = list((found.firsts, found.seconds)[which]), list(found.bounds)
        fit = fitted(fits[0].family, own, [fits[0].parameters], shortest=shortest, anew=True)
        if fit is not None:
            middle, bounds[which] = centred(fit, own)
            fits[0] = replace(middle, hard=min(middle.hard, fits[0].hard))
            firsts, seconds = (found.firsts, fits) if which else (fits, found.seconds)
            again = behind(firsts, seconds, (bounds[0], bounds[1]), decisions)
            found = again if again.hard <= found.hard else found
    return found


def _layers(first: Fit, second: Fit, outer: int, counted: bool) -> Layers:
    models = first.model(), second.model()
    return Layers(models[outer], models[1 - outer], counted=counted)

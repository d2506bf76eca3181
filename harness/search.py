"""Where does a target stop keeping up? Which rate to try next, from what became of those tried before. Pure.

Upwards in steps of twice the rate until one is not borne, then by halves of what lies between (of its logarithm). At
last the highest rate that was borne and the lowest that was not are tried once more: nobody promises that a target
which bears a rate bears every lower one, or bears it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

Role = Literal["step", "bisection", "confirmation", "repetition"]
# How often a rate is halved when not even the first one is borne.
MOST_HALVINGS = 3
FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Try:
    """A rate that was tried, and whether it was borne."""

    rate: float
    borne: bool


@dataclass(frozen=True, slots=True)
class Search:
    """Between `lowest`, which is tried first, and `highest`; until two rates lie no more than `tolerance` apart, as a
    share of the lower one."""

    lowest: float
    highest: float
    tolerance: float = 0.05

    def next(self, tried: Sequence[Try]) -> tuple[float, Role] | None:
        """The rate to try next and why; None where the search is over."""
        if not tried:
            return min(self.lowest, self.highest), "step"
        searched = _before_confirmation(tried)
        good, bad = capacity_of(searched), limit_of(searched)
        further = self._further(searched, good, bad) if len(searched) == len(tried) else None
        if further or good is None:
            return further
        confirmed = [each.rate for each in tried[len(searched) :]]
        # What comes of these is told, and not searched again.
        return next(
            ((edge, "confirmation") for edge in (good, bad) if edge is not None and edge not in confirmed), None
        )

    def _further(self, tried: Sequence[Try], good: float | None, bad: float | None) -> tuple[float, Role] | None:
        if bad is None:
            assert good is not None
            return (round_rate(min(self.highest, good * FACTOR)), "step") if good < self.highest else None
        if good is None:
            return (round_rate(bad / FACTOR), "step") if len(tried) <= MOST_HALVINGS else None
        between = round_rate(sqrt(good * bad))
        return (between, "bisection") if bad / good > 1 + self.tolerance and good < between < bad else None


def capacity_of(tried: Sequence[Try]) -> float | None:
    """The highest rate that was borne whenever it was tried, below all that were not."""
    limit = limit_of(tried)
    broken = {each.rate for each in tried if not each.borne}
    borne = [each.rate for each in tried if each.rate not in broken and (limit is None or each.rate < limit)]
    return max(borne, default=None)


def limit_of(tried: Sequence[Try]) -> float | None:
    """The lowest rate that was not borne."""
    return min((each.rate for each in tried if not each.borne), default=None)


def _before_confirmation(tried: Sequence[Try]) -> Sequence[Try]:
    """Up to the first rate that is tried again."""
    rates = [each.rate for each in tried]
    return tried[: next((place for place, rate in enumerate(rates) if rate in rates[:place]), len(rates))]


def unsteady(tried: Sequence[Try]) -> list[float]:
    """Rates that were borne once and not borne once."""
    return sorted({each.rate for each in tried if each.borne} & {each.rate for each in tried if not each.borne})


def round_rate(rate: float) -> float:
    """Three digits are more than a search can tell apart."""
    return float(f"{rate:.3g}")

"""Figures that were found between two bounds, with no more decimals than these warrant."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, inf, log10
from typing import Any

# Bounds are kept to so many decimals.
MOST = 4
# From here on a figure without bounds is told without decimals.
WHOLE = 100

Bounds = Sequence[float] | None


def figure(value: float, bounds: Bounds = None) -> str:
    """(2.9957, (2.9905, 3.0008)) → "3.00". Without bounds, or where they belong to something else: three digits."""
    places = _decimals(value, bounds)
    if places is None:
        return f"{value:.3g}" if value < WHOLE else f"{value:.0f}"
    return f"{value:.{places}f}"


def between(value: float, bounds: Bounds) -> str:
    """ "between 2.99 and 3.01", rounded outwards; empty where no bounds are known, or none lie apart."""
    places = _decimals(value, bounds)
    if places is None or bounds is None:
        return ""
    low, high = (
        f"{turn(each * 10**places) / 10**places:.{places}f}" for turn, each in zip((floor, ceil), bounds, strict=True)
    )
    return f"between {low} and {high}"


def bounds_of(limits: Mapping[str, Any], name: str) -> Bounds:
    found: Bounds = (limits.get("bounds") or {}).get(name)
    return found


def per_second(bounds: Bounds) -> Bounds:
    """Of an interval, those of its rate."""
    return (1 / bounds[1], 1 / bounds[0]) if bounds and min(bounds) > 0 else None


def _decimals(value: float, bounds: Bounds) -> int | None:
    if not bounds or not bounds[0] <= value <= bounds[1]:
        return None
    apart = bounds[1] - bounds[0]
    return min(MOST, max(0, ceil(-log10(apart)))) if 0 < apart < inf else None

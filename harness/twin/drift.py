"""What differs between two twins, by more than both measurements' error."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from harness.twin.twin import Delay, Limiter, Multiplicity, Twin

# Of a quantile: what machines differ by from day to day, relative and in ms.
QUANTILE_OFF, QUANTILE_OFF_MS = 0.25, 5.0
MEAN_OFF = 0.05
COMPARED = (50.0, 90.0)
NEEDED = 30  # samples, for a quantile to be told to have moved
SCOPE = re.compile(r" scope=\S+")
NUMBER = re.compile(r"(?<==)\d+(?:\.\d+)?(?:e-?\d+)?")


@dataclass(frozen=True, slots=True)
class Difference:
    """`drift` is None where one of the twins did not measure it."""

    part: str
    drift: bool | None
    told: str


def differences(old: Twin, new: Twin) -> list[Difference]:
    return [_part("limiter", old.limiter, new.limiter), *_delays(old, new), _part("replies", old.replies, new.replies)]


def _delays(old: Twin, new: Twin) -> Iterator[Difference]:
    yield _part("response", old.response, new.response)
    yield _part("reply", old.reply, new.reply)


def _part(name: str, old: object, new: object) -> Difference:
    if old is None or new is None:
        which = "either" if old is None and new is None else "OLD" if old is None else "NEW"
        return Difference(name, None, f"not measured in {which}")
    if isinstance(old, Limiter) and isinstance(new, Limiter):
        same = _same_policy(old, new)
        return Difference(name, not same, f"{old.policy or 'none seen'} -> {new.policy or 'none seen'}")
    if isinstance(old, Delay) and isinstance(new, Delay):
        return _delay(name, old, new)
    assert isinstance(old, Multiplicity)
    assert isinstance(new, Multiplicity)
    return Difference(name, abs(old.mean - new.mean) > MEAN_OFF, f"{old.mean} -> {new.mean} a message")


def _same_policy(old: Limiter, new: Limiter) -> bool:
    """Counts are exact (a digit in the text); durations and rates may be off by both errors."""
    if old.policy is None or new.policy is None:
        return old.policy == new.policy
    one, other = old.policy, new.policy
    if "scope=" not in one or "scope=" not in other:  # it could not be told in one of them
        one, other = SCOPE.sub("", one), SCOPE.sub("", other)
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return all(a == b or ("." in a + b and _near(float(a), float(b), old.error + new.error)) for a, b in pairs)


def _near(a: float, b: float, relative: float) -> bool:
    return math.isclose(a, b, rel_tol=relative)


def _delay(name: str, old: Delay, new: Delay) -> Difference:
    if min(old.samples, new.samples) < NEEDED:
        return Difference(name, None, f"too few samples to compare: {old.samples} and {new.samples}")
    values = [(at, quantile(old, at), quantile(new, at)) for at in COMPARED]
    moved = any(abs(a - b) > max(QUANTILE_OFF * max(a, b), QUANTILE_OFF_MS) for _, a, b in values)
    return Difference(name, moved, ", ".join(f"p{at:g} {a:.1f} -> {b:.1f} ms" for at, a, b in values))


def quantile(delay: Delay, percentile: float) -> float:
    """Milliseconds, between the stored points on a straight line."""
    points = list(zip(delay.percentiles, delay.ms, strict=True))
    for (low, a), (high, b) in pairwise(points):
        if percentile <= high:
            return a + (b - a) * (percentile - low) / (high - low)
    return points[-1][1]

"""What differs between two twins, by more than both measurements' error."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise

from harness.twin.limiter_drift import alike_ordered, limiter_drift
from harness.twin.twin import Delay, Lifetime, Limiter, Multiplicity, Sender, Twin

# Of a quantile: what machines differ by from day to day, relative and in ms.
QUANTILE_OFF, QUANTILE_OFF_MS = 0.25, 5.0
MEAN_OFF = 0.05
COMPARED = (50.0, 90.0)
NEEDED = 30  # samples, for a quantile to be told to have moved
# Of a gap between two attempts: what a busy machine adds to it, in seconds. Of jitter: what a few gaps tell.
SECONDS_OFF, JITTER_OFF = 0.1, 0.2
# Options of a sender without a measured number in them.
EXACT = ("accepted", "retry", "attempts", "give-up", "retry-after", "redirects", "order")
NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Difference:
    """`drift` is None where one of the twins did not measure it, or what they measured cannot be compared."""

    part: str
    drift: bool | None
    told: str


def differences(old: Twin, new: Twin) -> list[Difference]:
    new = alike_ordered(old, new)
    return [_part(field.name, getattr(old, field.name), getattr(new, field.name)) for field in fields(Twin)]


def _part(name: str, old: object, new: object) -> Difference:
    if old is None or new is None:
        which = "either" if old is None and new is None else "OLD" if old is None else "NEW"
        return Difference(name, None, f"not measured in {which}")
    if isinstance(old, Limiter) and isinstance(new, Limiter):
        return Difference(name, *limiter_drift(old, new))
    if isinstance(old, Delay) and isinstance(new, Delay):
        return _delay(name, old, new)
    if isinstance(old, Sender) and isinstance(new, Sender):
        return _sender(name, old, new)
    if isinstance(old, Lifetime) and isinstance(new, Lifetime):
        return Difference(name, _lifetime(old) != _lifetime(new), f"{_lifetime(old)} -> {_lifetime(new)}")
    assert isinstance(old, Multiplicity)
    assert isinstance(new, Multiplicity)
    off = MEAN_OFF + _chance(old) + _chance(new)
    return Difference(name, abs(old.mean - new.mean) > off, f"{old.mean} -> {new.mean} a message")


def _chance(replies: Multiplicity) -> float:
    """By how much a mean of so few samples may be off: three standard errors of whether there is one part more."""
    share = replies.mean % 1
    return 3 * math.sqrt(share * (1 - share) / replies.samples) if replies.samples else math.inf


def _lifetime(lifetime: Lifetime) -> str:
    return f"{lifetime.ttl_s:g} s{', prolonged by use' if lifetime.prolonged else ''}"


def _sender(name: str, old: Sender, new: Sender) -> Difference:
    """Option by option; one that was not seen in either twin is not compared."""
    one, other = (dict(word.split("=", 1) for word in each.policy.split() if "=" in word) for each in (old, new))
    error = old.error + new.error
    unseen = {*old.unseen, *new.unseen, *(set(one) ^ set(other))} - {"retry"}
    if _outlived(one, new) or _outlived(other, old):
        unseen.discard("attempts")
    moved = [
        option for option in one if option not in unseen and not _same_option(option, one[option], other[option], error)
    ]
    told = ", ".join(f"{option} {one[option]} -> {other[option]}" for option in moved)
    untold = [option for option in {**one, **other} if option in unseen]
    left_out = f" (not compared: {', '.join(untold)})" if untold else ""
    return Difference(name, bool(moved), told or f"{old.policy} -> {new.policy}{left_out}")


def _outlived(one: Mapping[str, str], other: Sender) -> bool:
    """Whether the other sender, whose end was not seen, made more attempts than this one makes."""
    return "attempts" in other.unseen and other.samples > int(one.get("attempts", other.samples))


def _same_option(option: str, a: str, b: str, error: float) -> bool:
    if option in EXACT:
        return a == b
    if option == "jitter":  # of a handful of gaps
        return abs(float(a) - float(b)) <= JITTER_OFF
    ones, others = (NUMBERS.findall(each) for each in (a, b))
    pairs = list(zip(ones, others, strict=False))
    return NUMBERS.sub("#", a) == NUMBERS.sub("#", b) and all(
        math.isclose(float(x), float(y), rel_tol=error, abs_tol=SECONDS_OFF) for x, y in pairs
    )


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

"""Whether two limiters are the same, as far as two measurements of them can tell. Pure.

Of one family, figure by figure. Where a measurement could not tell several families apart, its figures are those of one
of them, and the other measurement may have named another: then by what any of them has, how many requests it lets in at
once, and how many a second for ever.
"""

import math
import re

from harness.twin.made import NAMES
from harness.twin.twin import Limiter

SCOPE = re.compile(r" scope=\S+")
NUMBER = re.compile(r"(?<==)\d+(?:\.\d+)?(?:e-?\d+)?")
# What makes a limiter of its family, in a policy; all else is how it tells, and whom it counts.
FIGURES = re.compile(r" (?:limit|window|block|rate|burst|refill|interval)=\S+")

Rate = tuple[float, float]


def limiter_drift(old: Limiter, new: Limiter) -> tuple[bool | None, str]:
    """(whether it drifted, in words). None, and why, where the two cannot be compared."""
    told = f"{old.policy or 'none seen'} -> {new.policy or 'none seen'}"
    if old.policy is None or new.policy is None:
        return old.policy != new.policy, told
    error = old.error + new.error
    one, other = _alike_in_scope(old.policy, new.policy)
    if _family(one) == _family(other):
        return not _same(one, other, error), told
    either = _families(old) & _families(new)
    if not either or not _same(_manner(one), _manner(other), error):
        return True, told
    ones, others = _rate(one), _rate(other)
    if ones is None or others is None:
        return None, f"{told}: which of the two could not be told, and their figures are of different kinds"
    same = ones[0] == others[0] and math.isclose(ones[1], others[1], rel_tol=error)
    return not same, f"{told}, which could not be told apart" if same else told


def _alike_in_scope(one: str, other: str) -> tuple[str, str]:
    """Without the scope, where it could not be told in one of them."""
    if "scope=" in one and "scope=" in other:
        return one, other
    return SCOPE.sub("", one), SCOPE.sub("", other)


def _same(one: str, other: str, error: float) -> bool:
    """Counts are exact (a digit in the text); durations and rates may be off by both errors."""
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return all(a == b or ("." in a + b and math.isclose(float(a), float(b), rel_tol=error)) for a, b in pairs)


def _family(policy: str) -> str:
    return policy.partition(" ")[0].replace("-", "_")


def _families(limiter: Limiter) -> set[str]:
    """All that it may be, by the sandbox's names."""
    several = filter(None, limiter.undecided.split("|"))
    return {_family(limiter.policy or ""), *(NAMES.get(family, family) for family in several)}


def _manner(policy: str) -> str:
    """All of it but its family and figures."""
    return FIGURES.sub("", policy.partition(" ")[1] + policy.partition(" ")[2])


def _rate(policy: str) -> Rate | None:
    """(requests at once, requests a second for ever), of a policy as `harness twin` writes it. None of a limiter that
    has no such rate, or whose window shows in nothing that is asked of it."""
    told = dict(word.split("=", 1) for word in policy.split() if "=" in word)
    try:
        match _family(policy):
            case "token_bucket":
                return float(told["burst"]), float(told["rate"])
            case "queueing_bucket":  # one is served, and those that wait in line come on top
                return float(told["burst"]) + 1, float(told["rate"])
            case "quantised_bucket":
                return float(told["burst"]), float(told["refill"]) / _seconds(told["interval"])
            case "penalty_block" | "concurrency":
                return None
            case _:
                return float(told["limit"]), float(told["limit"]) / _seconds(told["window"])
    except (KeyError, ValueError, ArithmeticError):
        return None


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))

"""Whether two limiters are the same, as far as two measurements of them can tell. Pure.

Of one family, figure by figure. Where a measurement could not tell several families apart, its figures are those of one
of them, and the other measurement may have named another: then by what any of them has, how many requests it lets in at
once, and how many a second for ever.
"""

import math
import re
from dataclasses import replace

from harness.limits_part import FIGURES as FAMILIES
from harness.twin.limiters import NAMES
from harness.twin.twin import Limiter, Twin

# Options of a policy that stand in it where they were told.
TOLD = ("scope", "retry-after")
PAIR = ("limiter", "behind")
# What two rules that explain the same requests differ by, of which one is wrong: relative.
ABOUT = 0.25
NUMBER = re.compile(r"(?<==)\d+(?:\.\d+)?(?:e-?\d+)?")
# What makes a limiter of its family, in a policy; all else is how it tells, and whom it counts.
FIGURES = re.compile(r" (?:limit|window|block|renewed|rate|burst|refill|interval)=\S+")

Rate = tuple[float, float]


def alike_ordered(old: Twin, new: Twin) -> Twin:
    """`new` with its two limiters the other way round where they are more like those of `old` then: which of the two a
    request meets first is mostly not told."""
    if min(len(old.policies), len(new.policies)) < len(PAIR):
        return new
    turned = replace(new, limiter=new.behind, behind=new.limiter)
    return turned if _drifts(old, turned) < _drifts(old, new) else new


def _drifts(old: Twin, new: Twin) -> int:
    return sum(limiter_drift(getattr(old, name), getattr(new, name))[0] is True for name in PAIR)


def limiter_drift(old: Limiter, new: Limiter) -> tuple[bool | None, str]:
    """(whether it drifted, in words). None, and why, where the two cannot be compared."""
    told = f"{_told(old)} -> {_told(new)}"
    if old.policy is None or new.policy is None:
        there = [each.policy is not None or each.unexplained for each in (old, new)]
        return None if all(there) else any(there), told
    one, other, in_one, in_none = _told_in_both(old.policy, new.policy)
    drift, but = _compared(old, new, one, other)
    doubts = [f"{name} is {each.doubt}" for name, each in (("OLD", old), ("NEW", new)) if each.doubt]
    if drift and doubts and _may_be_one(one, other):
        return None, f"{told}: {' and '.join(doubts)}, and the two may be one"
    if drift is False and in_one:
        return None, f"{told}{but}: {' and '.join(in_one)} not told in one of them, and all else is the same"
    left_out = f" (not compared: {', '.join(in_none)})" if in_none and not drift else ""
    return drift, f"{told}{but}{left_out}"


def _told(limiter: Limiter) -> str:
    if limiter.unexplained:
        return "one whose rule is not known"
    return limiter.policy or "none seen"


def _compared(old: Limiter, new: Limiter, one: str, other: str) -> tuple[bool | None, str]:
    """By the policies `one` and `other`, which say of both the same kind of things."""
    error = old.error + new.error
    if _family(one) == _family(other):
        return not _same(one, other, error), ""
    either = _families(old) & _families(new)
    if not either or not _same(_manner(one), _manner(other), error):
        return True, ""
    ones, others = _rate(one), _rate(other)
    if ones is None or others is None:
        return None, ": which of the two could not be told, and their figures are of different kinds"
    same = ones[0] == others[0] and math.isclose(ones[1], others[1], rel_tol=error)
    return not same, ", which could not be told apart" if same else ""


def _may_be_one(one: str, other: str) -> bool:
    """Whether nothing tells two policies apart but the rule, of which one was not sure: they tell and count alike, and
    let in as many at once and about as many for ever."""
    if not _same(_manner(one), _manner(other), ABOUT):
        return False
    ones, others = _rate(one), _rate(other)
    return not ones or not others or (ones[0] == others[0] and math.isclose(ones[1], others[1], rel_tol=ABOUT))


def _told_in_both(one: str, other: str) -> tuple[str, str, list[str], list[str]]:
    """The policies without what one of them does not say, their options in one order; what only one of them says, and
    what neither does."""
    one, other = (" ".join([each.split()[0], *sorted(each.split()[1:])]) for each in (one, other))
    in_one, in_none = [], []
    for name in TOLD:
        says = sum(f" {name}=" in each for each in (one, other))
        if says == 1:
            in_one.append(name)
            one, other = (re.sub(rf" {name}=\S+", "", each) for each in (one, other))
        elif says == 0:
            in_none.append(name)
    return one, other, in_one, in_none


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
    several = FAMILIES.keys() & limiter.undecided.partition("; ")[0].split("|")
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

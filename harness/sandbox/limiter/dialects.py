"""In which header fields a limiter tells of its quota. Retry-After goes with any of them, on what is refused."""

import math
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate

from harness.sandbox.limiter.retry_after import retry_after_s
from harness.sandbox.limiter.ruling import Ruling

Fields = dict[str, str]
Dialect = Callable[[Ruling, float], Fields]

# Of which each layer adds a member; of any other field the layer that leaves least has the say.
LISTS = ("RateLimit-Policy", "RateLimit")
BY_DATE = "retry_after_date"
ALWAYS = "retry_after_always"


def only_retry_after(ruling: Ruling, now_s: float) -> Fields:
    return {}


def draft(ruling: Ruling, now_s: float) -> Fields:
    """draft-ietf-httpapi-ratelimit-headers, from version 8 on: structured fields."""
    decision, family = ruling.decision, ruling.policy.family
    unit = "" if family.quota_unit == "requests" else f';qu="{family.quota_unit}"'
    window = "" if family.period_s is None else f";w={math.ceil(family.period_s)}"
    reset = "" if decision.reset_s is None else f";t={math.ceil(decision.reset_s)}"
    return {
        "RateLimit-Policy": f'"{ruling.name}";q={decision.limit}{unit}{window}',
        "RateLimit": f'"{ruling.name}";r={decision.remaining}{reset}',
    }


def ratelimit(ruling: Ruling, now_s: float) -> Fields:
    """The fields of the draft's early versions: the reset is in seconds from now."""
    reset_s = ruling.decision.reset_s
    return _three("RateLimit", ruling, None if reset_s is None else math.ceil(reset_s))


def x_ratelimit(ruling: Ruling, now_s: float) -> Fields:
    """As they were before any draft: the reset is a moment, in seconds since 1970."""
    reset_s = ruling.decision.reset_s
    return _three("X-RateLimit", ruling, None if reset_s is None else math.ceil(now_s + reset_s))


def _three(prefix: str, ruling: Ruling, reset: int | None) -> Fields:
    fields = {f"{prefix}-Limit": str(ruling.decision.limit), f"{prefix}-Remaining": str(ruling.decision.remaining)}
    return fields if reset is None else {**fields, f"{prefix}-Reset": str(reset)}


DIALECTS: dict[str, Dialect] = {
    "ratelimit": ratelimit,
    "x_ratelimit": x_ratelimit,
    "draft": draft,
    "retry_after": only_retry_after,
    BY_DATE: only_retry_after,
    ALWAYS: only_retry_after,
}


def fields_of(rulings: Sequence[Ruling], now_s: float) -> Fields:
    """The header fields that these layers send, `now_s` being the date in seconds since 1970."""
    told: Fields = {}
    for ruling in sorted(rulings, key=_tightness):
        told.update(_of_one(ruling, now_s))
    lists = [{name: value for name, value in _of_one(each, now_s).items() if name in LISTS} for each in rulings]
    return {**told, **_joined(lists)}


def _tightness(ruling: Ruling) -> tuple[bool, int]:
    """Orders layers so that the one that refused comes last, after the one that leaves least."""
    return not ruling.decision.admitted, -ruling.decision.remaining


def _of_one(ruling: Ruling, now_s: float) -> Fields:
    policy = ruling.policy
    told: Fields = {}
    for name in policy.headers:
        told.update(DIALECTS[name](ruling, now_s))
    if policy.sends_retry_after and (not ruling.decision.admitted or ALWAYS in policy.headers):
        told["Retry-After"] = _retry_after(ruling, now_s)
    return told


def _retry_after(ruling: Ruling, now_s: float) -> str:
    """A date has whole seconds: rounded up, or an honest one would come too early."""
    policy = ruling.policy
    seconds = retry_after_s(policy.retry_after, ruling.decision.next_s, policy.family.period_s)
    if BY_DATE not in policy.headers:
        return str(seconds)
    rounded = math.floor(now_s) if policy.retry_after == "early" else math.ceil(now_s)
    return formatdate(rounded + seconds, usegmt=True)


def _joined(told: Sequence[Mapping[str, str]]) -> Fields:
    """The lists of all layers, in their order."""
    values = {name: [each[name] for each in told if name in each] for name in LISTS}
    return {name: ", ".join(members) for name, members in values.items() if members}

"""What the target's header fields claim of its limiters, and whether that is so, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.report.families import either

Limits = Mapping[str, Any]


def claims(limits: Limits) -> str:
    """Without a full stop."""
    headers = limits.get("headers") or {}
    if not headers.get("dialects"):
        return "none tells of the limit"
    made = headers.get("claims")
    agrees = headers.get("agrees")
    if made is None or all(each["agrees"] is agrees for each in made):
        told = _of_all(agrees, made or ())
    else:
        told = f", and of what they claim {'; '.join(_apart(made, limits))}"
    return ", ".join(headers["dialects"]) + told


def _of_all(agrees: bool | None, made: Sequence[Limits]) -> str:
    if agrees is None:
        return f", and what they claim ({_joined(made)}) could not be held against a limiter" if made else ""
    return f", and what they claim is {'' if agrees else 'NOT '}what was found"


def _apart(made: Sequence[Limits], limits: Limits) -> Iterator[str]:
    second = (limits.get("behind") or {}).get("found")
    another = "may be the other limiter's, whose rule could not be told" if second else "was not met"
    for agrees, words in ((True, "is what was found"), (False, "is NOT what was found"), (None, another)):
        if those := [each for each in made if each["agrees"] is agrees]:
            yield f"{_joined(those)} {words}"


def _joined(made: Sequence[Limits]) -> str:
    return either((_quota(each) for each in made), "and")


def _quota(claim: Limits) -> str:
    window = claim.get("window_s")
    return f"{claim['quota']:g}" + (f" in {window:g} s" if window is not None else "")

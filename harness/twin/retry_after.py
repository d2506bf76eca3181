"""What Retry-After said of a limiter, as an option of its policy: as far as the promises that were tried tell it. Pure.

A sandbox lies by a measure of its own: half of the time, or twice and more. So a lie is told by its direction, where
most promises were broken in that one: some are kept by chance, as nobody comes back before. Of two limiters a promise
that one of them made may have been broken by the other, and then it is no lie.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

from harness.dialects import RETRY_AFTER

Limits = Mapping[str, Any]

# Of the promises that were tried, so many at least: the share that is kept by who is honest, and broken by who lies.
TRIED, HONEST, LIES = 5, 0.9, 0.6
# And of a lie so many are off by more than rounding.
BROKEN = 3
WORDS = {"kept": "kept", "early": "too short", "rounded": "too short by less than a second", "needless": "too long"}
# By how much whole seconds, or a date, differ from each other by rounding alone.
ROUNDING_S = 1.0


def retry_after_of(limits: Limits) -> tuple[str | None, str]:
    """The option's value. None where it was not told, and why, in words."""
    if RETRY_AFTER not in (limits.get("headers") or {}).get("dialects", ()):
        return "none", ""
    told = limits.get("retry_after")
    if not told or not told["tested"]:
        return None, "Retry-After not told: none of its promises was tried"
    several = bool((limits.get("behind") or {}).get("found"))
    if value := _clear(limits, told, several=several):
        return value, ""
    found = ", ".join(f"{told[name]} {words}" for name, words in WORDS.items() if told[name])
    others = ", perhaps for the other limiter" if several else ""
    return None, f"Retry-After not told: of {told['tested']} promises {found}{others}"


def _clear(limits: Limits, told: Limits, *, several: bool) -> str | None:
    """None where too little was tried, or too little of it came to the same."""
    kept, early, rounded, needless, tried = (
        int(told[name]) for name in ("kept", "early", "rounded", "needless", "tested")
    )
    clear = {
        "window": needless >= BROKEN and not several and _always_the_window(limits),
        "honest": kept >= HONEST * tried,
        "early": early >= BROKEN and not several and early + rounded >= LIES * tried,
        "late": needless >= BROKEN and not several and needless >= LIES * tried,
    }
    return next((value for value, holds in clear.items() if holds and tried >= TRIED), None)


def _always_the_window(limits: Limits) -> bool:
    """Whether every refusal named the same time, and that is in which all of the quota comes back."""
    told = [
        float(each["retry_after_s"])
        for each in limits.get("requests") or ()
        if each["verdict"] == "refused" and each["retry_after_s"] is not None
    ]
    whole_s = _whole_s(limits)
    return bool(told) and whole_s is not None and all(abs(each - ceil(whole_s)) <= ROUNDING_S for each in told)


def _whole_s(limits: Limits) -> float | None:
    if limits.get("window_s"):
        return float(limits["window_s"])
    if limits.get("batch") and limits.get("interval_s"):
        return float(limits["interval_s"]) * ceil(int(limits["quota"]) / int(limits["batch"]))
    return int(limits["quota"]) / float(limits["refill_per_s"]) if limits.get("refill_per_s") else None

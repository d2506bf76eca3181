"""The limiter that an inquiry found (`harness limits`), as far as a load run can be held against it. Pure.

Two things follow from every family:

    never more    in t seconds no more than peak * t are let in, and so many whole quotas beyond as may stand full at
                  once: one, or two where they are counted in windows whose edges a run may straddle
    never sooner  who is refused had a whole quota let in before him, no longer ago than the limiter remembers; of a
                  sliding counter, with the weight that each has by then

What it lets in of the run's own requests is for its model to say: `harness.expected`.

`rate` is what it lets in for ever, evenly spaced: the highest that can be sustained. `peak` is
the same, but where it pays to be refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from harness.errors import UsageError
from harness.limits_part import RULE, has_figures

# By how much a time that was found may be off, as a share of it, where its own bounds are not wider.
TIME_OFF = 0.02
# Those that are counted in windows with edges, or come back in batches.
_EDGED = ("fixed_window_aligned", "fixed_window_first_hit", "sliding_counter", "quantised_bucket", "penalty_block")
_SMOOTH = ("token_bucket", "queueing_bucket")
_LOGS = ("sliding_log", "counting_log")
# What is kept of what was found: all that a prediction needs, and what it is told with.
KEPT = (
    *("algorithm", "quota", "sustainable_per_s", "window_s", "block_s", "interval_s", "batch", "bounds"),
    *("refill_per_s", "scope", "counts_rejected", "block_renewed"),
)
# What a limiter has more than none of, where it has it: what is found is written with so many digits.
LEAST = 1e-4
NUMBERS = ("quota", "sustainable_per_s", "window_s", "block_s", "interval_s", "batch", "refill_per_s")


@dataclass(frozen=True, slots=True)
class LimitRule:
    """`quota` requests, `rate` and `peak` a second, `uneven` quotas; it remembers `memory_s` seconds. `off` is by what
    share its times may be off. With `counts_refused` what it refuses uses up quota too. `statuses` are those of what it
    refuses. With `each_operation` every operation has a quota of its own, with `each_address` every address. One that
    `queues` may have let in long ago what it answers now. Of one that `weighs`, what is older than half of its memory,
    at the edge of its window, counts the less the longer the next one lasts. One that `renews` its block with
    each that it refuses may refuse for ever, and what it must let in turns on a moment. Where a run cannot be held
    against it at all, `incomparable` says why. `found` is all that was kept of the inquiry."""

    quota: int
    rate: float
    peak: float
    uneven: int
    memory_s: float
    off: float
    counts_refused: bool = False
    each_operation: bool = False
    each_address: bool = False
    queues: bool = False
    weighs: bool = False
    renews: bool = False
    statuses: tuple[int, ...] = (429,)
    incomparable: str | None = None
    found: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def most_in(self, seconds: float) -> float:
        """Requests that can be let in, in so many seconds, with what may be off."""
        return self.peak * (1 + self.off) * seconds + self.uneven * self.quota


def kept_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """What a load run's settings take of the result of an inquiry. Raises UsageError where it found no limiter whose
    rate can be predicted."""
    found = result.get("limits")
    if not isinstance(found, Mapping):
        raise UsageError("that run holds no inquiry into a limiter: give the folder of a `harness limits`")
    if not found.get("limited"):
        raise UsageError("that inquiry saw no limit, so there is none to predict")
    if not found.get("algorithm") or not found.get("sustainable_per_s") or not found.get("quota"):
        raise UsageError("that inquiry found no limiter whose rate can be predicted")
    if objection := RULE.objection(found, "limits"):
        raise UsageError(f"that result was edited: {objection}")
    kept = {name: found.get(name) for name in KEPT}
    statuses = sorted(int(status) for status in (found.get("refusal") or {}).get("statuses", {"429": 1}))
    of = {"run_id": result.get("run_id"), "target": (result.get("target") or {}).get("base_url")}
    rule_of({**kept, "statuses": statuses})
    return {**of, **kept, "statuses": statuses}


def rule_of(kept: Mapping[str, Any]) -> LimitRule:
    """Raises UsageError for a family that nothing is predicted for, and for a limiter that there cannot be."""
    if objection := RULE.objection(kept, "limits"):
        raise UsageError(f"that result was edited: {objection}")
    for name in NUMBERS:
        if (value := kept.get(name)) is not None and value < LEAST:
            raise UsageError(f"that result was edited: limits.{name} cannot be {value}")
    families = str(kept["algorithm"]).split("|")
    known = [family for family in families if has_figures(family, kept)]
    scope = str(kept.get("scope") or "").split("+")
    each_session = "each session has a quota of its own, and customers have sessions of their own"
    return LimitRule(
        quota=int(kept["quota"]),
        rate=float(kept["sustainable_per_s"]),
        peak=max(_peak(family, kept) for family in known),
        uneven=2 if any(family in _EDGED for family in families) else 1,
        memory_s=max(_memory_s(family, kept) for family in known),
        off=_off(kept),
        counts_refused="counting_log" in families,
        each_operation="operation" in scope,
        each_address="address" in scope,
        queues="queueing_bucket" in families,
        weighs=families == ["sliding_counter"],
        renews="penalty_block" in families and bool(kept.get("block_renewed")),
        statuses=tuple(kept.get("statuses") or (429,)),
        incomparable=each_session if "session" in scope else None,
        found=kept,
    )


def _peak(family: str, kept: Mapping[str, Any]) -> float:
    """Who provokes a block that is shorter than the window gets a new window the sooner."""
    quota, block = int(kept["quota"]), kept.get("block_s")
    rate = float(kept["sustainable_per_s"])
    return max(rate, quota / block) if family == "penalty_block" and block else rate


def _memory_s(family: str, kept: Mapping[str, Any]) -> float:
    """How long ago what still counts can have been let in."""
    quota, window, interval = int(kept["quota"]), kept.get("window_s") or 0.0, kept.get("interval_s") or 0.0
    if family in _SMOOTH:
        return quota / float(kept["sustainable_per_s"])
    if family == "quantised_bucket":
        return float(ceil(quota / max(1, kept.get("batch") or 1)) * interval)
    if family not in _EDGED and family not in _LOGS:
        raise UsageError(f"nothing is predicted for a limiter of the family {family!r}")
    windows = 2 if family == "sliding_counter" else 1
    return float(windows * window + (kept.get("block_s") or 0.0))


def _off(kept: Mapping[str, Any]) -> float:
    """The widest of what its times were found to within."""
    shares = [TIME_OFF]
    for name, value in (("window", kept.get("window_s")), ("interval", kept.get("interval_s"))):
        low_high = (kept.get("bounds") or {}).get(name)
        if value and low_high:
            low, high = low_high
            shares += [abs(value - low) / value, abs(high - value) / value]
    return min(max(shares), 1.0)

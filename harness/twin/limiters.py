"""The limiters of a twin, from what an inquiry found: what a request meets first, and what is behind it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import UsageError
from harness.limits_part import RULE
from harness.twin.manner import manner_of
from harness.twin.twin import SURENESS, Limiter

Limits = Mapping[str, Any]

# Of an inquiry's families those that the sandbox calls otherwise, and which figures each family takes.
NAMES = {
    "counting_log": "reject_log",
    "fixed_window_aligned": "fixed_window",
    "fixed_window_first_hit": "first_hit_window",
}
WINDOWED = ("fixed_window", "first_hit_window", "sliding_log", "sliding_counter", "reject_log", "penalty_block")
# Durations of a limiter are off by no less than this, relative to them, however narrow their bounds are.
ERROR = 0.02
# Below this an answer is not sure enough to stand without a word.
SURE = 0.75
UNEXPLAINED = "it limits, and its rule could not be told"
MET = "another limiter was met, and its rule could not be told"
NAMED = "a header field tells of another limiter, and its rule could not be told"


def limiters_of(run: str, limits: Limits | None) -> tuple[Limiter, Limiter | None] | None:
    """None where no inquiry told whether anything is limited. The second is None where it was not looked for. Raises
    UsageError where the result was edited."""
    if not limits or limits.get("limited") is None:
        return None
    spent = int(limits["requests_spent"])
    if not limits["limited"]:
        nothing = Limiter(run, spent, None, "", ERROR)
        return nothing, nothing
    behind = limits.get("behind") or {}
    found, looked_with = behind.get("found"), int(behind.get("looked_with") or 0)
    if not limits.get("algorithm"):
        # That nothing refused but the first is only known where it is known what the first refuses.
        unnamed = _unnamed(run, looked_with if found else 0, limits, found)
        return Limiter(run, spent, None, UNEXPLAINED, ERROR), unnamed
    _check(run, limits, "limits")
    if not found or not found.get("algorithm"):
        return _limiter(run, spent, limits, limits, None), _unnamed(run, looked_with, limits, found)
    _check(run, found, "limits.behind.found")
    one, other = _limiter(run, spent, limits, limits, 0), _limiter(run, looked_with, limits, found, 1)
    return (other, one) if found.get("met_first") else (one, other)


def _check(run: str, rule: Limits, where: str) -> None:
    if objection := RULE.objection(rule, where):
        raise UsageError(f"the result of {run} was edited: {objection}")


def _unnamed(run: str, looked_with: int, limits: Limits, found: Limits | None) -> Limiter | None:
    """What is known of a second limiter without a rule: that it is there, or that it was looked for in vain. Fewer
    requests than one quota tell nothing."""
    if looked_with < (limits.get("quota") or 1):
        looked_with = 0
    quotas = (limits.get("headers") or {}).get("quotas") or []
    if not looked_with and not found and len(quotas) < 2:
        return None
    return Limiter(run, looked_with, None, MET if found else NAMED if len(quotas) > 1 else "", ERROR)


def _limiter(run: str, spent: int, limits: Limits, rule: Limits, which: int | None) -> Limiter:
    """`rule` is that of one of them: `limits` itself, or what was found behind it."""
    families = str(rule["algorithm"])
    family = families.partition("|")[0]
    manner, untold = manner_of(limits, which)
    policy = " ".join([*_figures(NAMES.get(family, family), rule), *manner])
    undecided = "; ".join([*([families] if "|" in families else []), *_unsure(rule), *untold])
    return Limiter(run, spent, policy, undecided, _error(rule))


def _unsure(rule: Limits) -> list[str]:
    confidence, contradicted = rule.get("confidence"), int(rule.get("mismatches") or 0)
    if confidence is None or (float(confidence) >= SURE and not contradicted):
        return []
    but = f", contradicted by {contradicted} request{'s' if contradicted > 1 else ''}" if contradicted else ""
    return [f"{100 * float(confidence):.0f} {SURENESS}{but}"]


def _error(rule: Limits) -> float:
    """Half of the widest bounds of a time, relative to it."""
    bounds: Mapping[str, Sequence[float]] = rule.get("bounds") or {}
    widths = [(high - low) / (high + low) for name, (low, high) in bounds.items() if name != "phase"]
    return float(round(max([ERROR, *widths]), 4))


def _figures(family: str, rule: Limits) -> list[str]:
    words = [family.replace("_", "-")]
    if family in WINDOWED:
        words += [f"limit={rule['quota']}", f"window={rule['window_s']}s"]
    if family == "penalty_block":
        words += [f"block={rule['block_s']}s", *(["renewed=yes"] if rule.get("block_renewed") else [])]
    if family == "concurrency":
        words += [f"limit={rule['quota']}"]
    if family in ("token_bucket", "queueing_bucket"):
        # Those that may wait in line come on top of the one that is served.
        burst = int(rule["quota"]) - (family == "queueing_bucket")
        words += [f"rate={rule['refill_per_s']}", f"burst={burst}"]
    if family == "quantised_bucket":
        words += [f"burst={rule['quota']}", f"refill={rule['batch']}", f"interval={rule['interval_s']}s"]
    return words

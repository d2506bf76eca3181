"""A twin from what runs came to: the dicts of their result.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.dialects import DRAFT, RETRY_AFTER, THREE, X_THREE
from harness.errors import UsageError
from harness.limits_part import RULE
from harness.twin.sender import sender_of
from harness.twin.twin import Delay, Lifetime, Limiter, Multiplicity, Twin

RESULT = "harness-result/1"
# Of an inquiry's families and dialects those that the sandbox calls otherwise, and which figures each family takes.
NAMES = {
    "counting_log": "reject_log",
    "fixed_window_aligned": "fixed_window",
    "fixed_window_first_hit": "first_hit_window",
}
DIALECTS = {DRAFT: "draft", THREE: "ratelimit", X_THREE: "x-ratelimit", RETRY_AFTER: "retry-after"}
WINDOWED = ("fixed_window", "first_hit_window", "sliding_log", "sliding_counter", "reject_log", "penalty_block")
# Durations of a limiter are off by no less than this, relative to them, however narrow their bounds are.
LIMITER_ERROR = 0.02


def twin_of(results: Sequence[Mapping[str, Any]]) -> Twin:
    """Of each part the last run that measured it. Raises UsageError where a result is none."""
    limiter, response, reply, replies, lifetime, sender = (None,) * 6
    for result in results:
        if result.get("schema") != RESULT:
            raise UsageError(f"not a {RESULT}: its schema is {result.get('schema')!r}")
        run = str(result.get("run_id"))
        try:
            limiter = _limiter(run, result.get("limits")) or limiter
            load = result.get("load") or {}
            response = _delay(run, load, "response") or response
            reply = _delay(run, load, "reply") or reply
            replies = _multiplicity(run, load.get("replies")) or replies
            lifetime = _lifetime(run, result.get("requirements")) or lifetime
            sender = sender_of(run, result.get("requirements")) or sender
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise UsageError(f"the result of {run} was edited: {type(error).__name__}: {error}") from None
    twin = Twin(limiter, response, reply, replies, lifetime, sender)
    if twin == Twin():
        raise UsageError(
            "these runs measured nothing that a twin has: give a run of `harness load`, `limits` or `conform`"
        )
    return twin


def _limiter(run: str, limits: Mapping[str, Any] | None) -> Limiter | None:
    """None, too, where no family explains what was seen: what is not known cannot be imitated."""
    if not limits or limits.get("limited") is None:
        return None
    spent = int(limits["requests_spent"])
    if not limits["limited"]:
        return Limiter(run, spent, None, "", LIMITER_ERROR)
    families = str(limits.get("algorithm") or "")
    if not families:
        return None
    if objection := RULE.objection(limits, "limits"):
        raise UsageError(f"the result of {run} was edited: {objection}")
    family = families.partition("|")[0]
    policy = _policy(NAMES.get(family, family), limits)
    return Limiter(run, spent, policy, families if "|" in families else "", _error(limits))


def _error(limits: Mapping[str, Any]) -> float:
    """Half of the widest bounds of a time, relative to it."""
    bounds: Mapping[str, Sequence[float]] = limits.get("bounds") or {}
    widths = [(high - low) / (high + low) for name, (low, high) in bounds.items() if name != "phase"]
    return float(round(max([LIMITER_ERROR, *widths]), 4))


def _policy(family: str, limits: Mapping[str, Any]) -> str:
    words = [family.replace("_", "-")]
    if family in WINDOWED:
        words += [f"limit={limits['quota']}", f"window={limits['window_s']}s"]
    if family == "penalty_block":
        words += [f"block={limits['block_s']}s"]
    if family == "concurrency":
        words += [f"limit={limits['quota']}"]
    if family in ("token_bucket", "queueing_bucket"):
        # Those that may wait in line come on top of the one that is served.
        burst = int(limits["burst"]) - (family == "queueing_bucket")
        words += [f"rate={limits['refill_per_s']}", f"burst={burst}"]
    if family == "quantised_bucket":
        words += [f"burst={limits['burst']}", f"refill={limits['batch']}", f"interval={limits['interval_s']}s"]
    if limits.get("scope"):
        words.append(f"scope={limits['scope']}")
    return " ".join([*words, *_refusals(limits)])


def _refusals(limits: Mapping[str, Any]) -> list[str]:
    """What the refused are told: the status of most, and the dialects."""
    statuses = (limits.get("refusal") or {}).get("statuses") or {}
    status = max(statuses, key=lambda each: int(statuses[each]), default="429")
    told = [DIALECTS[each] for each in (limits.get("headers") or {}).get("dialects", ()) if each in DIALECTS]
    own = [each for each in told if each != "retry-after"]
    headers = "+".join(own or told) or "none"
    return [f"headers={headers}", *(["status=503"] if status == "503" else [])]


def _delay(run: str, load: Mapping[str, Any], name: str) -> Delay | None:
    curve = (load.get("curves_ms") or {}).get(name)
    if not curve:
        return None
    percentiles, ms = zip(*((float(at), float(value)) for at, value in curve), strict=True)
    return Delay(run, int(load[f"{name}_ms"]["count"]), percentiles, ms)


def _multiplicity(run: str, replies: Mapping[str, Any] | None) -> Multiplicity | None:
    if not replies or not replies["first"]:
        return None
    first = int(replies["first"])
    return Multiplicity(run, first, round((first + int(replies["further"])) / first, 4))


def _lifetime(run: str, requirements: Any) -> Lifetime | None:
    """Of the session that was used, and asked for again beyond its time."""
    for each in requirements or ():
        if each["id"] == "OBS-SESSION-LIFETIME" and each["verdict"] == "observed" and each["evidence"]:
            evidence = each["evidence"][0]
            return Lifetime(run, 1, float(evidence["time_to_live_s"]), evidence["finding"] == "observed")
    return None

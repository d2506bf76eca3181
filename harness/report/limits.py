"""The inquiry into a limiter in words: the same in every format."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.report.numerals import NONE, plural
from harness.verdict import LEAST_ANSWERED

Limits = Mapping[str, Any]

NAMES = {
    "token_bucket": "token bucket",
    "fixed_window_aligned": "fixed window on the clock",
    "fixed_window_first_hit": "fixed window from the first request",
    "sliding_log": "sliding log",
    "counting_log": "sliding log that counts refused requests too",
    "sliding_counter": "sliding counter",
    "quantised_bucket": "bucket refilled in batches",
    "penalty_block": "window with a block",
    "queueing_bucket": "queue",
    "concurrency": "limit of requests under way",
}
SCOPES = {
    "key": "each key",
    "session": "each session",
    "address": "each source address",
    "operation": "each operation",
    "global": "everybody together",
}
TABLE = ("Family", "Requests that contradict it", "One of them")


def name_of(family: str | None) -> str:
    return NAMES.get(family or "", family or NONE)


def algorithm(limits: Limits) -> str:
    """ "fixed window on the clock", or several where they cannot be told apart."""
    families = (limits.get("algorithm") or "").split("|")
    return " or ".join(name_of(family) for family in families if family) or "unexplained"


def sentence(limits: Limits) -> str:
    """What was found, in one sentence without its full stop."""
    if limits["limited"] is None:
        return "nothing was found out"
    if not limits["limited"]:
        none = limits["none_seen"]
        return (
            f"no limit was seen up to {plural(none['requests'], 'request')} in {none['seconds']:g} s, "
            f"at up to {none['per_s']} a second{_but(none)}{_too_few(none)}"
        )
    if limits.get("algorithm") is None:
        why = limits.get("why") or "too little was seen to say how"
        return f"the target limits, and {why}"
    whom = SCOPES.get(limits.get("scope") or "", _joined(limits.get("scope")))
    return f"the target limits {whom} to {rule(limits)} ({limits['confidence']:.0%} sure)"


def _but(none: Mapping[str, Any]) -> str:
    """What may have been its way to refuse."""
    odd = {"got no answer": none.get("unanswered"), "got an error of the server": none.get("failed")}
    told = [f"{count} {what}" for what, count in odd.items() if count]
    return f"; but {' and '.join(told)}, which may be how it refuses" if told else ""


def _too_few(none: Mapping[str, Any]) -> str:
    answered = none.get("answered", none["requests"])
    return f"; {plural(answered, 'answer is', 'answers are')} too few to tell" if answered < LEAST_ANSWERED else ""


def untold(limits: Limits) -> str:
    """Why nothing is known of a limiter where none was met, and what to do."""
    return f"{sentence(limits)}: allow it more time or more requests, by --most-time, --most-requests or --budget"


def rule(limits: Limits) -> str:
    family = limits["algorithm"].split("|")[0]
    quota, window = plural(limits["quota"] or 0, "request"), limits.get("window_s") or 0.0
    refill, interval = limits.get("refill_per_s") or 0.0, limits.get("interval_s") or 0.0
    block = limits.get("block_s") or 0.0
    return {
        "token_bucket": f"bursts of {quota} and {refill:.4g} a second",
        "fixed_window_aligned": f"{quota} in each {window:.4g} s of the clock",
        "fixed_window_first_hit": f"{quota} in {window:.4g} s from the first of them",
        "sliding_log": f"{quota} in any {window:.4g} s",
        "counting_log": f"{quota} in any {window:.4g} s, refused ones counted",
        "sliding_counter": f"{quota} in {window:.4g} s, by a sliding counter",
        "quantised_bucket": f"bursts of {quota}, of which {limits.get('batch')} come back each {interval:.4g} s",
        "penalty_block": f"{quota} in {window:.4g} s, and to none for {block:.4g} s after one more",
        "queueing_bucket": f"{refill:.4g} a second, of which {max(0, (limits['quota'] or 1) - 1)} may wait in line",
        "concurrency": f"{quota} at one time",
    }[family]


def _joined(scope: str | None) -> str:
    return " and ".join(SCOPES.get(part, part) for part in scope.split("+")) if scope else "requests"


def facts(limits: Limits) -> Iterator[str]:
    yield from _known(limits) if limits.get("limited") else ()
    for undone in limits.get("left_undone", ()):
        yield f"Left undone: {undone}."


def _known(limits: Limits) -> Iterator[str]:
    if second := behind(limits):
        yield f"Behind it: {second}."
    if told := limits.get("scope_told"):
        yield f"Scope: {told}."
    if told := promises(limits):
        yield f"Retry-After: {told}."
    if told := claims(limits):
        yield f"Header fields: {told}."
    if sustainable := limits.get("sustainable_per_s"):
        yield f"A polite sender can hold {sustainable:.4g} requests a second."
    if limits.get("calm_in_s"):
        yield f"The quota is used up, and all of it there again in {limits['calm_in_s']:g} s."


def behind(limits: Limits) -> str:
    """Whether a second limiter stands behind the one that was found."""
    told = limits.get("behind") or {}
    found = told.get("found")
    if found is None:
        looked = told.get("looked_with")
        return f"nothing else refused in {plural(looked, 'further request')}" if looked else ""
    if found["algorithm"] is None:
        return (
            f"another limit, which refused after {plural(found['let_in'], 'request')} in {found['after_s']:g} s, "
            f"and for up to {found['closed_s']:g} s"
        )
    return f"another limit, of {rule(found)} ({found['confidence']:.0%} sure)"


def promises(limits: Limits) -> str:
    """How it kept its word."""
    honesty = limits.get("retry_after")
    if not honesty:
        return ""
    if not honesty["promised"]:
        return "no refused request is told when to come back"
    told = [f"{honesty['kept']} of {honesty['tested']} promises that were tried were kept"]
    if honesty["early"]:
        told.append(f"{honesty['early']} were too short, by up to {honesty['worst_early_s']:.2g} s")
    if honesty["rounded"]:
        told.append(f"{honesty['rounded']} were too short by less than a second")
    if honesty["needless"]:
        told.append(f"{honesty['needless']} were longer than needed, by up to {honesty['worst_needless_s']:.2g} s")
    return ", ".join(told)


def claims(limits: Limits) -> str:
    headers = limits.get("headers") or {}
    if not headers.get("dialects"):
        return "none tells of the limit"
    agrees = headers.get("agrees")
    agreement = "" if agrees is None else f", and what they claim is {'' if agrees else 'NOT '}what was found"
    return ", ".join(headers["dialects"]) + agreement


def refutations(limits: Limits) -> list[tuple[str, str, str]]:
    """A row for each family that it is not: those of TABLE."""
    return [(name_of(each["family"]), str(each["mismatches"]), each["words"]) for each in limits.get("refuted", ())]

"""The inquiry into a limiter in words: the same in every format."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.report import polite
from harness.report.bounded import between, bounds_of, figure, per_second
from harness.report.claims import claims
from harness.report.doubts import doubt, hints
from harness.report.families import FIELD, caption, either, families_of, name_of, rule
from harness.report.numerals import NONE, plural
from harness.report.refusal import refusal
from harness.verdict import LEAST_ANSWERED

Limits = Mapping[str, Any]

SCOPES = {
    "key": "each key",
    "session": "each session",
    "address": "each source address",
    "operation": "each operation",
    "global": "everybody together",
}
TABLE = ("Family", "At its best", "Contradicted by", "For one")
# Times that are told with their bounds.
_TIMES = {"window": "Window", "block": "Block"}
# Of more families than this the headline names the first alone.
NAMED = 2


def algorithm(limits: Limits) -> str:
    """ "fixed window on the clock", or several where they cannot be told apart; with what contradicts all of them."""
    names = [name_of(family) for family in families_of(limits.get("algorithm"))]
    if not names:
        return "unexplained"
    contradicted = limits.get("mismatches")
    but = f", but for {plural(contradicted, 'request')}" if contradicted else ""
    return f"{either(names)}{but}"


def window(limits: Limits) -> str:
    """What the quota is for, beneath its number."""
    first = " of the first limiter" if _second(limits) else ""
    if not limits.get("window_s"):
        return f"requests{first}, all at once"
    bounds = bounds_of(limits, "window")
    near = between(limits["window_s"], bounds)
    return f"requests{first} in {figure(limits['window_s'], bounds)} s{f', {near}' if near else ''}"


def note(limits: Limits) -> str:
    """Why there is no answer, or no surer one; empty where there is."""
    told = doubt(limits)
    return f"not surer: {told}" if told else limits.get("why") or ""


def sentence(limits: Limits) -> str:
    """What was found, in one sentence without its full stop."""
    if limits["limited"] is None:
        return "nothing was found out"
    if not limits["limited"]:
        none = limits["none_seen"]
        return (
            f"no limit was seen up to {plural(none['requests'], 'request')} in {none['seconds']:g} s{_fastest(none)}, "
            f"and nothing was tried for longer{_but(none)}{_too_few(none)}"
        )
    second = _second(limits)
    if limits.get("algorithm") is None:
        why = limits.get("why") or "too little was seen to say how"
        return f"the target limits, by at least two limiters, and {why}" if second else f"the target limits, and {why}"
    whom = SCOPES.get(limits.get("scope") or "", _joined(limits.get("scope")))
    if second:
        return f"the target limits {whom} by at least two limiters: {_both(limits, second)}"
    return f"the target limits {whom} to {rule(limits)}: {_sure(limits)}"


def _sure(limits: Limits) -> str:
    """By the words of the field: "a fixed window, 93 % sure"."""
    families = [FIELD.get(family, family) for family in families_of(limits["algorithm"])]
    names = either(families) if len(families) <= NAMED else f"{families[0]} or {len(families) - 1} others like it"
    contradicted = limits.get("mismatches")
    but = f", which {plural(contradicted, 'request contradicts', 'requests contradict')}" if contradicted else ""
    return f"{names}{but}, {percent(limits['confidence'])} sure"


def _both(limits: Limits, second: Limits) -> str:
    if second["algorithm"] is None:
        first = f"about {rule(limits)} is what was told of the first ({_sure(limits)})"
        return f"{first}, and of the other only that it is there"
    return f"{rule(limits)} ({_sure(limits)}), and {rule(second)} ({_sure(second)})"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _fastest(none: Mapping[str, Any]) -> str:
    """Where all of it took no second, its count says as much."""
    return f", at most {none['per_s']:,} of them in one second" if none["seconds"] > 1 else ""


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


def _joined(scope: str | None) -> str:
    return " and ".join(SCOPES.get(part, part) for part in scope.split("+")) if scope else "requests"


def facts(limits: Limits) -> Iterator[str]:
    """All that a headline stands on."""
    yield from _found(limits) if limits.get("limited") else ()
    yield from (f"Left undone: {undone}." for undone in limits.get("left_undone", ()))


def _found(limits: Limits) -> Iterator[str]:
    yield from times(limits)
    if told := doubt(limits):
        yield f"Not surer: {told}."
    yield from tells(limits)


def tells(limits: Limits) -> Iterator[str]:
    """Beside its rule: what else there is, what it tells of itself, and what that means for a sender."""
    told = {
        "Behind it": behind(limits),
        "Two limiters" if _second(limits) else "Perhaps two limiters": hints(limits),
        "Scope": limits.get("scope_told"),
        "Refusal": refusal(limits),
        "No answer": unanswered(limits),
        "Retry-After": promises(limits),
        "Header fields": claims(limits),
    }
    yield from (f"{name}: {fact}." for name, fact in told.items() if fact)
    if held := polite.sentence(limits):
        yield held
    if limits.get("calm_in_s"):
        yield f"The quota is used up, and all of it there again in {limits['calm_in_s']:g} s."
    if limits.get("shut_s"):
        yield "The quota is used up, and when it is there again is not known."


def times(limits: Limits) -> Iterator[str]:
    """Those that are known between two bounds."""
    for name, title in _TIMES.items():
        value, bounds = limits.get(f"{name}_s"), bounds_of(limits, name)
        if value and (told := between(value, bounds)):
            yield f"{title}: {figure(value, bounds)} s, {told}."
    interval, bounds = limits.get("interval_s"), bounds_of(limits, "interval")
    if interval and limits.get("batch") and (told := between(interval, bounds)):
        yield f"Batches: each {figure(interval, bounds)} s, {told}."
    refill, bounds = limits.get("refill_per_s"), per_second(bounds)
    if refill and not limits.get("batch") and (told := between(refill, bounds)):
        yield f"Refill: {figure(refill, bounds)} a second, {told}."


def _second(limits: Limits) -> Limits | None:
    found: Limits | None = (limits.get("behind") or {}).get("found")
    return found


def behind(limits: Limits) -> str:
    """Whether a second limiter stands behind the one that was found."""
    second = _second(limits)
    if second is None:
        return _looked(limits)
    if second["algorithm"] is not None:
        unsure = doubt(second)
        return f"another limiter, of {rule(second)}: {_sure(second)}{f' ({unsure})' if unsure else ''}"
    told = "another limiter, which refused what this one would have let in"
    if second["let_in"]:
        lasted = f" in {second['after_s']:g} s" if second["after_s"] else ""
        told += f", after {plural(second['let_in'], 'request')}{lasted}"
    if second["closed_s"]:
        told += f", for up to {second['closed_s']:g} s"
    return f"{told}. Its rule could not be told"


def _looked(limits: Limits) -> str:
    """Fewer requests than one quota tell nothing."""
    looked = (limits.get("behind") or {}).get("looked_with")
    if looked is None or limits.get("algorithm") is None:
        return ""
    if looked < (limits.get("quota") or 1):
        hardly = f"hardly tried, with {plural(looked, 'request')}" if looked else "not tried"
        return f"whether there is another limiter was {hardly}"
    return f"nothing else refused in {plural(looked, 'further request')}"


def unanswered(limits: Limits) -> str:
    """How often none came, and why."""
    reasons: Mapping[str, int] = limits.get("unanswered") or {}
    if not reasons:
        return ""
    named = ", ".join(f"{count} of {reason}" if len(reasons) > 1 else reason for reason, count in reasons.items())
    return f"none came to {plural(sum(reasons.values()), 'request')} ({named}), and whether such count is not known"


def promises(limits: Limits) -> str:
    """How it kept its word."""
    honesty = limits.get("retry_after")
    if not honesty:
        return ""
    if not honesty["promised"]:
        return "no refused request is told when to come back"
    tried = plural(honesty["tested"], "promise that was tried was", "promises that were tried were")
    told = [f"{honesty['kept']} of {tried} kept"]
    if honesty["early"]:
        told.append(f"{_were(honesty['early'])} too short, by up to {honesty['worst_early_s']:.2g} s")
    if honesty["rounded"]:
        told.append(f"{_were(honesty['rounded'])} too short by less than a second")
    if honesty["needless"]:
        told.append(f"{_were(honesty['needless'])} longer than needed, by up to {honesty['worst_needless_s']:.2g} s")
    if len(told) > 1 and _second(limits):
        told.append("and those that were broken may be the other limiter's")
    return ", ".join(told)


def _were(number: int) -> str:
    return plural(number, "was", "were")


def refutations(limits: Limits) -> list[tuple[str, str, str, str]]:
    """A row for each family that it is not: those of TABLE."""
    refuted = [
        (
            name_of(each["family"]),
            caption(each["family"], each.get("parameters")) or NONE,
            plural(each["mismatches"], "request"),
            each["words"],
        )
        for each in limits.get("refuted", ())
    ]
    others = [(name_of(each["family"]), NONE, NONE, each["why"]) for each in limits.get("ruled_out") or ()]
    return refuted + others

"""A twin from what runs came to: the dicts of their result.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import UsageError
from harness.twin.limiters import limiters_of
from harness.twin.sender import sender_of
from harness.twin.twin import Delay, Lifetime, Limiter, Multiplicity, Twin

RESULT = "harness-result/1"


def twin_of(results: Sequence[Mapping[str, Any]]) -> Twin:
    """Of each part the last run that measured it; two limiters are as one run found them, and one whose rule could
    not be told takes no place of another. Raises UsageError where a result is none."""
    limiters: tuple[Limiter | None, Limiter | None] = (None, None)
    response, reply, replies, lifetime, sender = (None,) * 5
    for result in results:
        if result.get("schema") != RESULT:
            raise UsageError(f"not a {RESULT}: its schema is {result.get('schema')!r}")
        run = str(result.get("run_id"))
        try:
            found = limiters_of(run, result.get("limits"))
            if found and not (found[0].unexplained and limiters[0]):
                limiters = found
            load = result.get("load") or {}
            response = _delay(run, load, "response") or response
            reply = _delay(run, load, "reply") or reply
            replies = _multiplicity(run, load.get("replies")) or replies
            lifetime = _lifetime(run, result.get("requirements")) or lifetime
            sender = sender_of(run, result.get("requirements")) or sender
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise UsageError(f"the result of {run} was edited: {type(error).__name__}: {error}") from None
    twin = Twin(*limiters, response, reply, replies, lifetime, sender)
    if twin == Twin():
        raise UsageError(
            "these runs measured nothing that a twin has: give a run of `harness load`, `limits` or `conform`"
        )
    return twin


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

"""How a limiter refuses, and whose requests it counts: all of its policy but the family and its figures. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from harness.client.retry_after import seconds
from harness.dialects import DRAFT, RETRY_AFTER, THREE, X_THREE
from harness.twin.retry_after import retry_after_of

Limits = Mapping[str, Any]

# Of an inquiry's dialects those that the sandbox calls otherwise.
DIALECTS = {DRAFT: "draft", THREE: "ratelimit", X_THREE: "x-ratelimit", RETRY_AFTER: "retry-after"}
BY_DATE = "retry-after-date"
# Any moment: whether a date can be read does not hang on it.
ANY = datetime.fromtimestamp(0, UTC)
USUAL = "429"
STATUSES = (USUAL, "503")  # that a sandbox can refuse with


def manner_of(limits: Limits, which: int | None) -> tuple[list[str], list[str]]:
    """(words of the policy, what of it was not told). `which` of two limiters it is, 0 or 1 as they were found; None
    where no other one is known."""
    scope = limits.get("scope")
    retry_after, why = retry_after_of(limits)
    status, seen = _status(limits, which)
    words = [
        *([f"scope={scope}"] if scope else []),
        f"headers={_headers(limits)}",
        *([f"retry-after={retry_after}"] if retry_after else []),
        *([f"status={status}"] if status in STATUSES and status != USUAL else []),
    ]
    untold = [*_untold_scope(limits), *filter(None, [why, seen])]
    return words, [*untold, *(_together(limits) if which is not None else ())]


def _headers(limits: Limits) -> str:
    told = [DIALECTS[each] for each in (limits.get("headers") or {}).get("dialects", ()) if each in DIALECTS]
    own = [each for each in told if each != "retry-after"]
    return "+".join([*own, BY_DATE] if _by_date(limits) else own or told) or "none"


def _by_date(limits: Limits) -> bool:
    fields: Mapping[str, str] = (limits.get("refusal") or {}).get("headers") or {}
    told = next((value.strip() for name, value in fields.items() if name.lower() == "retry-after"), "")
    return not told[:1].isdigit() and seconds(told, ANY) is not None


def _untold_scope(limits: Limits) -> Iterator[str]:
    scope = limits.get("scope")
    if not scope:
        yield "scope not told (a sandbox takes key)"
    elif scope != "session":
        tried = {each["dimension"]: each["shares"] for each in limits.get("scope_evidence") or ()}
        if unknown := [name for name in ("key", "address") if name in tried and tried[name] is None]:
            yield f"of the scope {' and '.join(unknown)} not told"


def _status(limits: Limits, which: int | None) -> tuple[str, str]:
    """The status, and what has to be said of it. Where two limiters refuse by two statuses, that of the second is the
    one of what the first would have let in."""
    statuses = Counter(
        {name: int(each) for name, each in ((limits.get("refusal") or {}).get("statuses") or {}).items()}
    )
    if not statuses:
        return USUAL, ""
    status = statuses.most_common(1)[0][0]
    if which is not None and len(statuses) == 2 and len(others := _of_the_second(limits)) == 1:
        status = next(each for each in statuses if (each in others) == (which == 1))
    elif len(statuses) > 1:
        told = ", ".join(f"{each} ({count} times)" for each, count in sorted(statuses.items()))
        return status, f"status {status if status in STATUSES else USUAL} of several: {told}"
    return status, "" if status in STATUSES else f"status {status}, and a sandbox refuses with {USUAL}"


def _of_the_second(limits: Limits) -> set[str]:
    """The statuses of what was refused although the first limiter had room for it."""
    models, requests, trace = (limits.get(name) or [] for name in ("models", "requests", "trace"))
    if len(models) < 2 or models[0]["family"] != "layers":
        return set()
    against = [requests[trace[number]] for number in models[1]["mismatches"]]
    return {str(each["status"]) for each in against if each["verdict"] == "refused"}


def _together(limits: Limits) -> Iterator[str]:
    """What is not told of each of two limiters. Where one field names the quotas of both, both send it."""
    apart = len((limits.get("headers") or {}).get("quotas") or []) > 1
    if seen := [*(["scope"] if limits.get("scope") else []), *([] if apart else ["headers"])]:
        yield f"{' and '.join(seen)} as seen of two limiters together"

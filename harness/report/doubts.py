"""Why an inquiry is not surer of its answer, and what else speaks for a second limiter: in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.report.families import FIELD, either, families_of, name_of
from harness.report.numerals import plural
from harness.verdict import SURE

Limits = Mapping[str, Any]

# What the inquiry says of itself where its share of the budget ended it.
_CUT_SHORT = "a surer answer"


def doubt(limits: Limits) -> str:
    """Why it is no surer, of the first limiter or of a second one, without a full stop; empty where it is sure enough,
    and where there is no answer at all."""
    confidence = limits.get("confidence")
    if not limits.get("algorithm") or confidence is None or confidence >= SURE:
        return ""
    return ", and ".join(_reasons(limits)) or "little that was seen speaks against the next family"


def _reasons(limits: Limits) -> Iterator[str]:
    families = families_of(limits["algorithm"])
    if len(families) > 1:
        apart = f"{either([FIELD.get(each, each) for each in families], 'and')} were not told apart"
        yield f"{apart} ({limits['why']})" if limits.get("why") else apart
    if contradicted := limits.get("mismatches"):
        yield f"{plural(contradicted, 'request contradicts', 'requests contradict')} it"
    for rival in limits.get("rivals") or ():
        against = rival["mismatches"] - (contradicted or 0)
        yield f"only {plural(against, 'request speaks', 'requests speak')} against a {name_of(rival['family'])}"
    if families[0] in ("queueing_bucket", "concurrency"):
        yield "groups of requests did not all fare alike"
    if any(undone.startswith(_CUT_SHORT) for undone in limits.get("left_undone") or ()):
        yield "the budget ended before more could be tried"


def hints(limits: Limits) -> str:
    """What speaks for two limiters beside what was identified, without a full stop; empty where nothing does."""
    return "; ".join(_hints(limits))


def _hints(limits: Limits) -> Iterator[str]:
    statuses = (limits.get("refusal") or {}).get("statuses") or {}
    if len(statuses) > 1:
        told = (f"HTTP {status} ({plural(count, 'time')})" for status, count in sorted(statuses.items()))
        yield f"refusals come with {either(told, 'and')}"
    quotas = (limits.get("headers") or {}).get("quotas") or []
    if len(quotas) > 1:
        yield f"one header field tells of {either((f'{quota:g} in {window:g} s' for quota, window in quotas), 'and')}"

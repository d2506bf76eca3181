"""The behaviour card: what was found of every point that the document leaves open. Told, never judged.

A point is an OBSERVE requirement. Of a check that came to an end, `evidence["finding"]` says whether the behaviour was
"observed" or "not observed" (without it: observed), the reason is what was seen, and whatever else the evidence holds
is told with it. A check that could not be tried, or did not come to its end, leaves its point inconclusive.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from harness.events import Checked
from harness.verdict import RequirementVerdict

Finding = Literal["observed", "not observed", "inconclusive"]
# The first that any check of a point came to is what the point came to.
FINDINGS: tuple[Finding, ...] = ("observed", "not observed", "inconclusive")
# Of evidence, what is said elsewhere: the clause, the finding itself, and how the run was drawn.
_APART = ("clause", "finding", "seed")


def behaviour(decided: Iterable[RequirementVerdict]) -> list[dict[str, Any]]:
    """A row for every OBSERVE requirement, in order: id, clause, finding, seen (text or None), exercised, evidence."""
    return [_point(verdict) for verdict in decided if verdict.requirement.level == "OBSERVE"]


def _point(verdict: RequirementVerdict) -> dict[str, Any]:
    found = min(map(_finding, verdict.checks), key=FINDINGS.index, default=FINDINGS[-1])
    telling = [event for event in verdict.checks if _finding(event) == found]
    return {
        "id": verdict.requirement.id,
        "clause": verdict.requirement.clause,
        "finding": found,
        "seen": "; ".join(event.reason for event in telling if event.reason) or verdict.reason,
        "exercised": verdict.exercised,
        "evidence": _evidence(telling),
    }


def _finding(event: Checked) -> Finding:
    if event.outcome != "observed":
        return "inconclusive"
    said = event.evidence.get("finding")
    return next((finding for finding in FINDINGS if finding == said), "observed")


def _evidence(events: Sequence[Checked]) -> dict[str, Any]:
    """Of one check as it is; of several, each under the check's name."""
    told = {event.check: {k: v for k, v in event.evidence.items() if k not in _APART} for event in events}
    told = {check: evidence for check, evidence in told.items() if evidence}
    return next(iter(told.values()), {}) if len(told) < 2 else told

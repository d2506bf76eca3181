"""The figures of a load run, labelled: what the tables of every format show, in their order."""

from collections.abc import Mapping
from typing import Any

from harness.report.numerals import count, time_of
from harness.report.sums import Sum

LATENCY_ROWS = {
    "reply_ms": "Reply, from the send",
    "reply_from_plan_ms": "Reply, from the plan",
    "response_ms": "Response, from the send",
    "response_from_plan_ms": "Response, from the plan",
    "session_ms": "Session opened",
    "session_from_plan_ms": "Session, from the plan",
}
# The samples that a percentile needs to be more than the maximum under another name.
NEEDS = {"p50": 2, "p90": 10, "p95": 20, "p99": 100, "p99_9": 1000}


def objective_value(objective: Mapping[str, Any]) -> str:
    """What was measured, in the objective's own unit."""
    value, unit = objective["value"], objective["unit"]
    if value is None:
        return "no sample"
    if unit == "ms":
        return time_of(value)
    return f"{count(value)} {unit}".strip() if float(value).is_integer() else f"{value:,g} {unit}".strip()


def contract_told(load: Mapping[str, Any]) -> str | None:
    """How often answers and replies broke the contract; None where nothing was looked at, or the run is of old."""
    contract = load.get("contract")
    if not contract or not contract["checked"]:
        return None
    looked = f"each of {count(contract['checked'])} answers and replies was held against it"
    if not contract["broken"]:
        return f"{looked}, and none broke it"
    return f"{looked}: {count(contract['broken'])} broke it, {contract['per_million']:,.0f} in a million"


def by_number(failures: Mapping[str, int]) -> list[tuple[str, int]]:
    """Reasons for failures, the most frequent first."""
    return sorted(failures.items(), key=lambda item: (-item[1], item[0]))


def written(total: Sum) -> str:
    """A sum as a line: "accepted 12 = answered 11 + lost 1". Parts that are zero are left out."""
    parts = [f"{name} {count(number)}" for name, number in total.parts if number] or ["nothing"]
    return f"{total.name} {count(total.total)} {'=' if total.holds else '≠'} " + " + ".join(parts)

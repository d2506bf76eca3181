"""The figures of a load run, labelled: what the tables of every format show, in their order."""

from collections.abc import Mapping
from typing import Any

from harness.report.numerals import count, plural, time_of
from harness.report.sums import Sum

LATENCY_ROWS = {
    "reply_ms": "Reply, from the send",
    "reply_from_plan_ms": "Reply, from the plan",
    "response_ms": "Response, from the send",
    "response_from_plan_ms": "Response, from the plan",
    "session_ms": "Session opened",
    "session_from_plan_ms": "Session, from the plan",
}


def objective_value(objective: Mapping[str, Any]) -> str:
    """What was measured, in the objective's own unit; with a window, where in the run that was."""
    told = None if objective["value"] is None else value_of(objective["value"], objective["unit"])
    if objective.get("window_s") is None:
        return told or "no sample"
    windows = objective["windows"]
    left_out = f"{plural(windows['left_out'], 'window')} with too few samples"
    if told is None:
        return f"no window could be judged ({left_out if windows['left_out'] else 'the run was too short'})"
    first = objective["worst_at_s"]
    where = f"{told} in seconds {first} to {first + objective['window_s'] - 1}"
    judged = f"{where}, the worst of {plural(windows['judged'], 'window')}"
    return f"{judged}; {left_out}" if windows["left_out"] else judged


def value_of(value: float, unit: str) -> str:
    """A figure in the unit of its objective."""
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

"""Our parameters in the start form of Locust's web UI: from its fields to the plan of the next start. Pure.

A field that is not there, as when customers are added to a load under way, stays as it was.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from harness.errors import UsageError
from harness.load.manners import Manners, manners
from harness.load.plan import FASTEST, LoadPlan, connections

# Nobody thinks for longer between two messages: seconds.
LONGEST_THINK_S = 3600.0
OPEN_ONLY = ("arrival_rate", "poisson")


def plan_from(form: Mapping[str, str], plan: LoadPlan, timespan: Callable[[str], float]) -> LoadPlan:
    """`plan` with what stands in the form. Raises UsageError, in words for the form.

    `timespan` is Locust's own reading of "1m30s", in seconds; it raises ValueError.
    """
    if not plan.is_open and "user_count" in form:
        plan = replace(plan, customers=_customers(form["user_count"]))
    if "run_time" in form:
        plan = replace(plan, duration_s=_duration(form["run_time"], timespan))
    if "think" in form:
        plan = replace(plan, think_s=_number(form["think"], "Think", "seconds", 0.0, LONGEST_THINK_S))
    if "connections" in form:
        plan = replace(plan, connections=_connections(form["connections"]))
    if "when_limited" in form:
        plan = replace(plan, when_limited=_manners(form["when_limited"]))
    return _open(form, plan) if plan.is_open else plan


def _open(form: Mapping[str, str], plan: LoadPlan) -> LoadPlan:
    if "arrival_rate" in form:
        rate = _number(form["arrival_rate"], "Arrival rate", "customers a second", 0.0, FASTEST)
        if not rate:
            raise UsageError(f"Arrival rate takes a number of customers a second, above 0 and up to {FASTEST:g}")
        plan = replace(plan, arrival_rate=rate)
    if "poisson" in form:
        plan = replace(plan, spacing="poisson" if form["poisson"] == "true" else "constant")
    return plan


def _customers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise UsageError(f"Number of users takes a whole number from 1 on (it is {text!r})")
    return int(text)


def _connections(text: str) -> int | None:
    try:
        return connections(text.strip())
    except UsageError as error:
        raise UsageError(f"Connections {error}") from None


def _manners(text: str) -> Manners:
    try:
        return manners(text)
    except UsageError as error:
        raise UsageError(f"When limited {error}") from None


def _duration(text: str, timespan: Callable[[str], float]) -> float:
    """Seconds; 0 where the run has no end of its own. What cannot be read, Locust itself objects to."""
    try:
        return float(timespan(text)) if text else 0.0
    except ValueError:
        return 0.0


def _number(text: str, name: str, unit: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise UsageError(f"{name} takes a number of {unit} from {least:g} to {most:g} (it is {text!r})")
    return number

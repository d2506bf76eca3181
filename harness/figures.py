"""The figures of a load run that an objective can name, and how each is read from the measurements.

    reply_p99, response_mean, reply_from_plan_p99_9, session_max ...   a time: a bound in us, ms or s
    recovery_p99 ...                                                   likewise: until who was limited is let in again
    lost, failed, misrouted, limited, sessions_failed ...              a count, a share ("%"), or a rate ("/s")
    starved, unrecovered                                               likewise: see harness.throttling

With a window ("reply_p99<2s over 30s") the same is asked of every such window of the run: see harness.windows.

A share of messages is of those sent, a share of replies of the messages accepted, a share of arrivals of all arrivals.
What is starved is a share of the customers who asked, and what is unrecovered one of the times that one was limited:
both are of a whole run, and have no windows.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol

from harness.errors import UsageError
from harness.histogram import Latency
from harness.objective import Objective, parse_objective
from harness.pairing import ARRIVAL_CLASSES, MESSAGE_CLASSES

LATENCIES = ("response", "response_from_plan", "reply", "reply_from_plan", "session", "session_from_plan")
STATISTICS = tuple(field.name for field in fields(Latency) if field.name != "count")
OUTCOMES = ("planned", "sent", "accepted", "limited", "refused", "failed", "missed")
SESSIONS = tuple(f"sessions_{outcome}" for outcome in OUTCOMES)
# Of a whole run, each with what it is a share of.
CUSTOMERS = {"starved": "asked", "unrecovered": "episodes"}

_COUNTS = (*OUTCOMES, *MESSAGE_CLASSES, *ARRIVAL_CLASSES, *SESSIONS, *CUSTOMERS)
_TIMED = (*LATENCIES, "recovery")
TIMES = {f"{latency}_{statistic}": (latency, statistic) for latency in _TIMED for statistic in STATISTICS}


class Figures(Protocol):
    """What an objective is read from: a run as a whole, or a stretch of it."""

    @property
    def messages(self) -> Mapping[str, int]: ...
    @property
    def sessions(self) -> Mapping[str, int]: ...
    @property
    def replies(self) -> Mapping[str, int]: ...
    @property
    def customers(self) -> Mapping[str, int]: ...
    @property
    def latencies(self) -> Mapping[str, Latency | None]: ...
    @property
    def duration_s(self) -> float: ...


# What a run is held to when it is given no objective: the least that a messaging service owes its customers.
# Customers send only what is surely valid, to sessions that they were just given: a refusal is a fault as well.
DEFAULT_OBJECTIVES = tuple(
    map(
        parse_objective,
        (
            "failed<1%",
            "refused<1%",
            "sessions_failed<1%",
            "sessions_refused<1%",
            "lost<1%",
            "malformed<=0",
            "misrouted<=0",
        ),
    )
)


def check(objective: Objective) -> Objective:
    """The objective itself. Raises UsageError where no such figure exists, or where it has another unit."""
    if objective.figure in TIMES:
        if objective.unit != "ms":
            raise UsageError(f"{objective.text!r}: {objective.figure} is a time; give its bound in us, ms or s")
    elif objective.figure in _COUNTS:
        if objective.unit == "ms":
            raise UsageError(
                f"{objective.text!r}: {objective.figure} is a count; give a number, a share in % or a rate in /s"
            )
        if objective.figure in CUSTOMERS and objective.window_s:
            raise UsageError(f"{objective.text!r}: {objective.figure} is of a whole run; leave out the window")
    else:
        raise UsageError(
            f"{objective.text!r}: there is no figure {objective.figure!r}; there are times ({', '.join(_TIMED)}, "
            f"each with _{', _'.join(STATISTICS)}) and counts ({', '.join(_COUNTS)})"
        )
    return objective


def judge(objective: Objective, measured: Figures) -> dict[str, Any]:
    """{"objective", "value", "unit", "verdict"}: pass or fail. One without a single sample fails, with value None."""
    value = value_of(objective, measured)
    verdict = "pass" if value is not None and objective.holds(value) else "fail"
    return {"objective": objective.text, "value": value, "unit": objective.unit, "verdict": verdict}


def value_of(objective: Objective, measured: Figures) -> float | None:
    """The figure in the unit of its bound; None without a sample."""
    if objective.figure in TIMES:
        latency, statistic = TIMES[objective.figure]
        summary = measured.latencies.get(latency)
        return None if summary is None else float(getattr(summary, statistic))
    count, base = _count(objective.figure, measured)
    if objective.unit == "%":
        return round(100 * count / base, 4) if base else None
    if objective.unit == "/s":
        return round(count / measured.duration_s, 3) if measured.duration_s else None
    return float(count) if base else None


def samples(objective: Objective, measured: Figures) -> int:
    """What the figure stands on: latencies, or what a count is a share of."""
    if objective.figure in TIMES:
        summary = measured.latencies.get(TIMES[objective.figure][0])
        return summary.count if summary else 0
    return _count(objective.figure, measured)[1]


def _count(figure: str, measured: Figures) -> tuple[int, int]:
    """The count, and what it is a share of."""
    if figure in SESSIONS:
        return measured.sessions[figure.removeprefix("sessions_")], measured.sessions["sent"]
    if figure in CUSTOMERS:
        # Where nobody was limited, nobody failed to recover: that is known as soon as somebody asked.
        return measured.customers[figure], measured.customers[CUSTOMERS[figure]] or measured.customers["asked"]
    if figure in OUTCOMES:
        return measured.messages[figure], measured.messages["sent"]
    if figure in MESSAGE_CLASSES:
        return measured.replies[figure], measured.messages["accepted"]
    arrivals = sum(measured.replies[name] for name in ARRIVAL_CLASSES)
    # No arrival at all is what `lost` tells; malformed or misrouted ones there were none of, and that is known.
    return measured.replies[figure], arrivals or measured.messages["accepted"]

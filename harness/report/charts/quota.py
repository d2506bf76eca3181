"""What a model says is left of the quota, over time, and under it every request that was let in or refused: where the
model is right, what is refused stands where nothing is left. The best model and the next one, one above the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.charts import path
from harness.report.charts.scale import Scale, Tick, linear, time_ticks
from harness.report.families import name_of

# So much of a trace is drawn: the stretch with most requests in which the next model is wrong. Requests.
SHOWN = 160

Limits = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A request as a place to point at. `look` is "admitted" or "refused", and " wrong" where the model contradicts."""

    look: str
    x: float
    title: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One model. `area` is what it says is left; `wrong` counts the requests of the stretch that contradict it."""

    name: str
    area: str
    marks: tuple[Mark, ...]
    wrong: int
    ticks: tuple[Tick, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Quota:
    panels: tuple[Panel, ...]
    time_ticks: tuple[Tick, ...]


def quota(limits: Limits) -> Quota | None:
    """None where there is no model to draw, or none of the requests by which it was found."""
    models, trace = limits.get("models") or [], limits.get("trace") or []
    if not models or not trace:
        return None
    requests = [limits["requests"][int(number)] for number in trace if number < len(limits["requests"])]
    if not requests:
        return None
    first, last = _stretch(len(requests), models[-1]["mismatches"] if len(models) > 1 else [])
    shown = range(first, last)
    begin, end = requests[first]["sent_s"], requests[last - 1]["received_s"]
    across = Scale(begin, max(end, begin + 1e-3))
    inside = [left for model in models for at, left in model["room"] if begin <= at <= end]
    up = linear(max([1, *inside]))
    panels = tuple(_panel(model, requests, shown, across, up) for model in models)
    ticks = time_ticks(Scale(0.0, across.high - across.low))
    return Quota(panels, tuple(ticks))


def _stretch(count: int, wrong: Sequence[int]) -> tuple[int, int]:
    """So many requests in a row as are shown, among which most contradict the other model."""
    size = min(count, SHOWN)
    starts = range(0, max(1, count - size + 1), max(1, size // 8))
    best = max(starts, key=lambda start: (sum(start <= number < start + size for number in wrong), -start))
    return best, best + size


def _panel(
    model: Mapping[str, Any], requests: Sequence[Mapping[str, Any]], shown: range, across: Scale, up: Scale
) -> Panel:
    wrong = set(model["mismatches"])
    marks = tuple(_mark(number, requests[number], number in wrong, across) for number in shown)
    name = name_of(model["family"])
    missed = sum(number in wrong for number in shown)
    return Panel(
        name=name,
        area=_area(model["room"], across, up),
        marks=marks,
        wrong=missed,
        ticks=tuple(Tick(up.percent(value), f"{value:g}") for value in up.values()),
        label=f"What a {name} would have left, and {len(marks)} requests, {missed} of which contradict it",
    )


def _area(room: Sequence[Sequence[float]], across: Scale, up: Scale) -> str:
    """In steps, and down to zero at both ends, so that it is filled."""
    inside = [(across.place(at), up.place(left)) for at, left in room if across.low <= at <= across.high]
    if not inside:
        return ""
    points: list[path.Point | None] = [(inside[0][0], 0.0)]
    height = 0.0
    for x, y in inside:
        points += [(x, height), (x, y)]
        height = y
    return path.line([*points, (inside[-1][0], 0.0)]) + "Z"


def _mark(number: int, request: Mapping[str, Any], wrong: bool, across: Scale) -> Mark:
    at = (request["sent_s"] + request["received_s"]) / 2
    look = "admitted" if request["verdict"] == "admitted" else "refused"
    told = "let in" if look == "admitted" else f"refused (HTTP {request['status']})"
    title = f"request {number + 1}, after {request['sent_s']:.3f} s: {told}; {request['purpose']}"
    return Mark(
        look + (" wrong" if wrong else ""), across.place(at), title + ("; this contradicts the model" if wrong else "")
    )

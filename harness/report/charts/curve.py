"""Latency by percentile, on an axis that gives every further nine the same room: the tail is where the news is.

A sample of n values cannot tell what happens to fewer than one in n. So each curve ends there, at its maximum, and
percentiles beyond are not drawn.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.charts import path
from harness.report.charts.scale import Scale, Tick, logarithmic
from harness.report.charts.timeline import time_label
from harness.report.numerals import time_of

# Key in the result, class in the drawing, what the legend says.
KINDS = (
    ("reply_from_plan", "reply plan", "reply, from the plan"),
    ("reply", "reply send", "reply, from the send"),
    ("response_from_plan", "response plan", "response, from the plan"),
    ("response", "response send", "response, from the send"),
)
_TICKS = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999)


@dataclass(frozen=True, slots=True)
class Line:
    """One curve, and its points as places to point at: (x, y, title)."""

    look: str
    name: str
    path: str
    points: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class Curves:
    lines: tuple[Line, ...]
    percentile_ticks: tuple[Tick, ...]
    latency_ticks: tuple[Tick, ...]
    label: str


def curves(load: Mapping[str, Any]) -> Curves | None:
    """None where there is no sample of any kind."""
    drawn = [(key, look, name, load[f"{key}_ms"]["count"]) for key, look, name in KINDS if load["curves_ms"][key]]
    if not drawn:
        return None
    end = max(1.0, *(math.log10(samples) for *_, samples in drawn))
    across = Scale(0.0, end)
    up = logarithmic([value for key, *_ in drawn for _, value in load["curves_ms"][key]])
    lines = [_line(name, look, load["curves_ms"][key], samples, across, up) for key, look, name, samples in drawn]
    ticks = [(percentile, _nines(percentile)) for percentile in _TICKS]
    return Curves(
        tuple(lines),
        tuple(Tick(across.percent(at), f"{percentile:g} %") for percentile, at in ticks if at <= end * 1.001),
        tuple(Tick(up.percent(value), time_label(value)) for value in up.values()),
        "; ".join(f"{name}: {_told(load[f'{key}_ms'])}" for key, _, name, _ in drawn),
    )


def _line(name: str, look: str, curve: Sequence[Sequence[float]], samples: int, across: Scale, up: Scale) -> Line:
    end = math.log10(samples) if samples > 1 else 0.0
    inside = [(percentile, value) for percentile, value in curve if percentile < 100 and _nines(percentile) < end]
    highest = curve[-1][1]
    points = [
        (across.place(_nines(percentile)), up.place(value), f"{name}: {percentile:g} % within {time_of(value)}")
        for percentile, value in inside
    ]
    points.append((across.place(end), up.place(highest), f"{name}: the slowest of {samples:,} took {time_of(highest)}"))
    return Line(look, name, path.line([(x, y) for x, y, _ in points]), tuple((x, 1000 - y, t) for x, y, t in points))


def _nines(percentile: float) -> float:
    """0 for 0 %, 1 for 90 %, 2 for 99 %, and so on."""
    return -math.log10(1 - percentile / 100)


def _told(latency: Mapping[str, Any]) -> str:
    return f"p50 {time_of(latency['p50'])}, p99 {time_of(latency['p99'])}, maximum {time_of(latency['max'])}"

"""Reply latency over the time of a run, and below it what became of the messages sent in each moment.

A long run is drawn in steps of several seconds, honestly: a step shows the worst second in it for every latency, and
the sum for every count. The caption says so. Of a run of hours single seconds are not known any more: then it is the
worst row of the series.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.charts import path
from harness.report.charts.scale import SIZE, Scale, Tick, fitting, linear, time_ticks
from harness.report.numerals import count, plural, time_of

# Steps across a chart: more could not be told apart.
MOST_STEPS = 240
# The fewest seconds that a chart spans: a run of one second is a narrow column, not a wall.
SHORTEST_S = 5

Second = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One step as a place to point at, with all its numbers; and its share of bars, (tone, bottom, height)."""

    left: float
    width: float
    title: str
    bars: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Two plots above each other that share the axis of time."""

    p50: str
    p99: str
    spread: str
    highest: str
    columns: tuple[Column, ...]
    latency_ticks: tuple[Tick, ...]
    message_ticks: tuple[Tick, ...]
    time_ticks: tuple[Tick, ...]
    step_s: int
    row_s: int
    logarithmic: bool
    label: str


def timeline(series: Sequence[Second]) -> Timeline | None:
    """None where there is nothing to draw: no message was ever sent."""
    if not series:
        return None
    rows = -(-len(series) // MOST_STEPS)
    steps = [_merged(series[first : first + rows]) for first in range(0, len(series), rows)]
    step = rows * _width(series[0])
    begin = float(series[0]["at_s"])
    time = Scale(begin, begin + max(len(steps) * step, SHORTEST_S))
    seen = [each["reply"][name] for each in steps if each["reply"] for name in ("p50", "p99", "max")]
    latency = fitting(seen)
    messages = linear(max(each["sent"] for each in steps))

    def points(name: str) -> list[path.Point | None]:
        return [
            (time.place(each["at_s"] + step / 2), latency.place(each["reply"][name])) if each["reply"] else None
            for each in steps
        ]

    return Timeline(
        p50=path.line(points("p50")),
        p99=path.line(points("p99")),
        spread=path.band(points("p50"), points("p99")),
        highest=path.dots(points("max")),
        columns=tuple(_column(each, step, time, messages) for each in steps),
        latency_ticks=tuple(Tick(latency.percent(v), time_label(v)) for v in latency.values()) if seen else (),
        message_ticks=(Tick(100.0, count(messages.high)), Tick(0.0, "0")),
        time_ticks=tuple(time_ticks(time)),
        step_s=step,
        row_s=_width(series[0]),
        logarithmic=latency.logarithmic,
        label=_label(sum(map(_width, series)), seen),
    )


def time_label(value: float) -> str:
    """A tick: "50 ms", "2 s"."""
    return f"{value:g} ms" if value < 1000 else f"{value / 1000:g} s"


def _width(second: Second) -> int:
    """How many seconds a row of the series tells of."""
    return int(second.get("width_s", 1))


def _merged(seconds: Sequence[Second]) -> dict[str, Any]:
    counts = ("sent", "accepted", "limited", "failed", "replies")
    replies = [second["reply"] for second in seconds if second["reply"]]
    worst = {name: max(reply[name] for reply in replies) for name in ("p50", "p99", "max")} if replies else None
    return {
        "at_s": seconds[0]["at_s"],
        **{name: sum(second[name] for second in seconds) for name in counts},
        "reply": worst,
    }


def _column(each: Mapping[str, Any], step: int, time: Scale, messages: Scale) -> Column:
    left = time.place(each["at_s"])
    rest = each["sent"] - each["accepted"] - each["limited"] - each["failed"]
    bars, bottom = [], 0.0
    parts = (("plain", each["accepted"]), ("quiet", rest), ("warn", each["limited"]), ("bad", each["failed"]))
    for tone, number in parts:
        height = messages.place(number)
        if height:
            bars.append((tone, round(SIZE - bottom - height, 1), height))
            bottom += height
    return Column(left, round(time.place(each["at_s"] + step) - left, 1), _title(each, step), tuple(bars))


def _title(each: Mapping[str, Any], step: int) -> str:
    when = f"second {each['at_s']}" if step == 1 else f"seconds {each['at_s']} to {each['at_s'] + step - 1}"
    told = [f"{each['sent']} sent", f"{each['accepted']} accepted"]
    told += [f"{each[name]} {name}" for name in ("limited", "failed") if each[name]]
    if each["reply"]:
        reply = each["reply"]
        times = f"p50 {time_of(reply['p50'])}, p99 {time_of(reply['p99'])}, max {time_of(reply['max'])}"
        told.append(f"{plural(each['replies'], 'reply', 'replies')}: {times}")
    else:
        told.append("no reply")
    return f"{when}: {', '.join(told)}"


def _label(seconds: int, seen: Sequence[float]) -> str:
    length = plural(seconds, "second")
    if not seen:
        return f"Messages sent over {length}; no reply came"
    return f"Reply latency over {length}, with p50, p99 and maximum; the highest is {time_of(max(seen))}"

"""Reply latency over the rate of new customers: a point for each probe of a search for capacity, the lines of p50 and
p99 through them, and where the target stopped keeping up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.objective import parse_objective
from harness.report.charts import path
from harness.report.charts.scale import Scale, Tick, linear, logarithmic
from harness.report.charts.timeline import time_label
from harness.report.numerals import time_of

# From this ratio of the highest to the lowest rate on, only a logarithmic axis shows both.
WIDE = 40.0
# A bound further above what was seen than so many times is not drawn: it would flatten all the rest.
FAR = 4.0

Probe = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A probe as a place to point at. `look` is its verdict."""

    look: str
    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Rates:
    """`capacity` and `limit` are places across, in percent; `bound` one upwards, with its label.
    `tone` says what lies beyond the limit: what the target did not bear, or what nobody could judge."""

    p50: str
    p99: str
    spread: str
    marks: tuple[Mark, ...]
    capacity: Tick | None
    limit: float | None
    tone: str
    bound: Tick | None
    latency_ticks: tuple[Tick, ...]
    rate_ticks: tuple[Tick, ...]
    logarithmic: bool
    label: str


def rates(capacity: Mapping[str, Any]) -> Rates | None:
    """None where no probe had a reply."""
    probes = sorted((p for p in capacity["probes"] if p["reply_ms"]["count"]), key=lambda p: (p["rate"], p["number"]))
    if not probes:
        return None
    seen = [probe["reply_ms"][name] for probe in probes for name in ("p50", "p99")]
    bound = _bound(capacity["objectives"], max(seen))
    across = _across([probe["rate"] for probe in probes])
    up = logarithmic([*seen, *([bound] if bound else [])])
    rate, limit = capacity["rate_per_s"], capacity["limit_per_s"]
    p50, p99 = (_line(probes, name, across, up) for name in ("p50", "p99"))
    return Rates(
        p50=path.line(p50),
        p99=path.line(p99),
        spread=path.band(p50, p99),
        marks=tuple(_mark(probe, name, across, up) for name in ("p50", "p99") for probe in probes),
        capacity=Tick(across.percent(rate), f"{rate:g}/s") if rate is not None else None,
        limit=across.percent(limit) if limit is not None and limit <= across.high else None,
        tone="bad" if capacity["bounded_by"] == "objective" else "odd",
        bound=Tick(up.percent(bound), f"p99 < {time_label(bound)}") if bound else None,
        latency_ticks=tuple(Tick(up.percent(value), time_label(value)) for value in up.values()),
        rate_ticks=tuple(Tick(across.percent(value), f"{value:g}/s") for value in across.values()),
        logarithmic=across.logarithmic,
        label=_label(probes, rate),
    )


def _across(tried: Sequence[float]) -> Scale:
    return logarithmic(tried) if max(tried) > WIDE * min(tried) else linear(max(tried))


def _bound(objectives: Sequence[str], highest: float) -> float | None:
    """The bound of the p99 of replies, in ms, where it is near enough to be drawn."""
    parsed = [parse_objective(text) for text in objectives]
    bounds = [each.bound for each in parsed if each.figure == "reply_p99" and "<" in each.sign and each.bound > 0]
    return next((bound for bound in bounds if bound <= FAR * highest), None)


def _line(probes: Sequence[Probe], name: str, across: Scale, up: Scale) -> list[path.Point | None]:
    """Through the worst probe at each rate."""
    worst: dict[float, float] = {}
    for probe in probes:
        worst[probe["rate"]] = max(worst.get(probe["rate"], 0.0), probe["reply_ms"][name])
    return [(across.place(rate), up.place(value)) for rate, value in worst.items()]


def _mark(probe: Probe, name: str, across: Scale, up: Scale) -> Mark:
    value = probe["reply_ms"][name]
    words = {"pass": "kept up", "fail": "missed", "invalid": "no evidence"}[probe["verdict"]]
    title = f"{probe['rate']:g}/s, probe {probe['number']}, {words}: reply {name} {time_of(value)}"
    return Mark(f"{probe['verdict']} {name}", across.place(probe["rate"]), 1000 - up.place(value), title)


def _label(probes: Sequence[Probe], rate: float | None) -> str:
    times = [(p["rate"], time_of(p["reply_ms"]["p50"]), time_of(p["reply_ms"]["p99"])) for p in probes]
    told = "; ".join(f"{tried:g}/s: p50 {p50}, p99 {p99}" for tried, p50, p99 in times)
    found = f"the capacity is {rate:g}/s" if rate is not None else "no rate was borne"
    return f"Reply latency over the rate of new customers; {found}. {told}"

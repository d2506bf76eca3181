"""What a model says is left of the quota, over time, and under it every request that was let in or refused: where the
model is right, what is refused stands where nothing is left. The best model and the next one, one above the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.bounded import Bounds
from harness.report.charts import path
from harness.report.charts.bundles import Bundle, Request, bundles, requests_of, rows
from harness.report.charts.edges import edges
from harness.report.charts.scale import SIZE, Scale, Tick, linear
from harness.report.families import caption, families_of, name_of
from harness.report.numerals import plural

# So much of a trace is drawn at most: requests.
SHOWN = 160
# More contradictions than this in one picture convince nobody any further: of two stretches the shorter one is clearer.
CONVINCING = 5

Limits = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """Requests that contradict a model: `decisive` where one of them is the one that is told in words."""

    x: float
    title: str
    decisive: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """A moment of the model's clock: `look` is "turn" where a window begins, "batch" where one comes back."""

    look: str
    x: float


@dataclass(frozen=True, slots=True)
class Span:
    """Of the model's time: `look` is "window" or "block"."""

    look: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Call:
    """The request that decides, by its number, in a few words at `at` percent: `side` is where they have room."""

    number: int
    at: float
    side: str
    words: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One model: `lead` says how far it is the answer ("It is a"), `verdict` with `tone` what contradicts it.

    `area` is what it says is left; `wrong` counts the requests of the stretch that contradict it, which stand at the
    `contradictions`."""

    lead: str
    name: str
    rule: str
    tone: str
    verdict: str
    area: str
    bundles: tuple[Bundle, ...]
    edges: tuple[Edge, ...]
    spans: tuple[Span, ...]
    contradictions: tuple[Mark, ...]
    call: Call | None
    wrong: int
    ticks: tuple[Tick, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Quota:
    """`time_ticks` are seconds since the first request. `drawn` names what else the legend has to explain."""

    panels: tuple[Panel, ...]
    time_ticks: tuple[Tick, ...]
    drawn: frozenset[str]


def quota(limits: Limits) -> Quota | None:
    """None where there is no model to draw, or none of the requests by which it was found."""
    models, trace = limits.get("models") or [], limits.get("trace") or []
    asked = limits.get("requests") or []
    requests = requests_of(asked[int(number)] for number in trace if number < len(asked))
    if not models or not requests:
        return None
    shown = _stretch(requests, _left_then(models[1]) if len(models) > 1 else {}, limits.get("explained"))
    begin, end = shown[0].at, shown[-1].at
    spare = max(0.01 * (end - begin), 1e-3)
    across = Scale(begin - spare, end + spare)
    inside = [left for model in models for at, left in model["room"] if across.low <= at <= across.high]
    up = linear(max([1, *inside]))
    panels = tuple(_panel(number, model, limits, requests, shown, across, up) for number, model in enumerate(models))
    ticks = tuple(Tick(across.percent(value), f"{value:g} s") for value in across.values())
    return Quota(panels, ticks, frozenset(_drawn(panels)))


def _drawn(panels: Sequence[Panel]) -> list[str]:
    return [
        look
        for panel in panels
        for look in (*(each.look for each in panel.edges), *(each.look for each in panel.spans))
    ]


def _left_then(model: Mapping[str, Any]) -> dict[int, int]:
    """What it had left at each request that contradicts it, by number; nothing in a result of old."""
    had = model.get("left_then") or [0] * len(model["mismatches"])
    return dict(zip(model["mismatches"], had, strict=False))


def _stretch(requests: Sequence[Request], wrong: Mapping[int, int], explained: int | None) -> Sequence[Request]:
    """So many requests in a row as are shown: those around the last that are explained, where others follow; or with
    enough that contradict the other model, as clearly as can be, in as little time as that takes."""
    size = min(len(requests), SHOWN)
    if explained is not None:
        first = min(max(0, explained - size // 2), len(requests) - size)
        return requests[first : first + size]

    def worth(start: int) -> tuple[int, int, float]:
        stretch = requests[start : start + size]
        found = [wrong[each.number] for each in stretch if each.number in wrong]
        return min(CONVINCING, len(found)), max(found, default=0), stretch[0].at - stretch[-1].at

    best = max(range(0, max(1, len(requests) - size + 1), max(1, size // 8)), key=worth)
    return requests[best : best + size]


def _panel(
    number: int,
    model: Mapping[str, Any],
    limits: Limits,
    requests: Sequence[Request],
    shown: Sequence[Request],
    across: Scale,
    up: Scale,
) -> Panel:
    left_then = _left_then(model)
    contradicting = set(model["mismatches"])
    wrong = [each for each in shown if each.number in contradicting]
    parameters = model.get("parameters") or {}
    found = edges(model["family"], parameters, requests, across)
    spans = [("window", span) for span in found.windows] + [("block", span) for span in found.blocks]
    moments = [("turn", at) for at in found.turns] + [("batch", at) for at in found.batches]
    bounds: Mapping[str, Bounds] = limits.get("bounds") or {} if number == 0 else {}
    name = "two limiters" if model["family"] == "layers" else name_of(model["family"])
    call = _call(wrong, left_then, across) if number else None
    lead, tone = _lead(number, model, limits)
    return Panel(
        lead=lead,
        name=name,
        rule=caption(model["family"], parameters, bounds),
        tone=tone,
        verdict=_verdict(len(contradicting), len(wrong)),
        area=_area(model["room"], across, up),
        bundles=bundles(shown, across),
        edges=tuple(Edge(look, across.place(at)) for look, at in moments),
        spans=tuple(_span(look, span, across) for look, span in spans),
        contradictions=tuple(_mark(row, call, across) for row in rows(wrong, across)),
        call=call,
        wrong=len(wrong),
        ticks=tuple(Tick(up.percent(value), f"{value:g}") for value in up.values()),
        label=f"What a {name} would have left, and {len(shown)} requests, {len(wrong)} of which contradict it",
    )


def _lead(number: int, model: Mapping[str, Any], limits: Limits) -> tuple[str, str]:
    """How far it is the answer, and the tone of what contradicts it."""
    family, contradicted = model["family"], bool(model["mismatches"])
    article = "" if family == "layers" else " a"
    if number == 0:
        return (
            (f"Nearest:{article}", "warn")
            if contradicted or not limits.get("algorithm")
            else (f"It is{article}", "good")
        )
    if (limits.get("models") or [{}])[0]["family"] == "layers":
        return "It is not only a", "bad"
    if family in families_of(limits.get("algorithm")):
        return "It may as well be a", "warn"
    if any(each["family"] == family for each in limits.get("refuted") or ()):
        return "It is no", "bad"
    return "It is hardly a", "warn"


def _verdict(contradicted: int, here: int) -> str:
    if not contradicted:
        return "nothing contradicts it"
    told = plural(contradicted, "request contradicts it", "requests contradict it")
    return told if here == contradicted else f"{told}, {here or 'none'} of them here"


def _span(look: str, span: tuple[float, float], across: Scale) -> Span:
    begin, end = (min(SIZE, max(0.0, across.place(at))) for at in span)
    return Span(look, begin, round(end - begin, 1))


def _mark(row: Sequence[Request], call: Call | None, across: Scale) -> Mark:
    x = round((across.place(row[0].at) + across.place(row[-1].at)) / 2, 1)
    more = f", and {len(row) - 1} more" if len(row) > 1 else ""
    decisive = call is not None and any(each.number == call.number for each in row)
    return Mark(x, f"{row[0].told}; this contradicts the model{more}", decisive)


def _call(wrong: Sequence[Request], left_then: Mapping[int, int], across: Scale) -> Call | None:
    """The clearest of those that contradict: who was refused while most was left."""
    if not wrong:
        return None
    chosen = max(wrong, key=lambda each: (not each.admitted, left_then.get(each.number, 0)))
    left = left_then.get(chosen.number, 0)
    at = across.percent(chosen.at)
    return Call(chosen.number, at, "after" if at < 50 else "before", _deciding(chosen, left))


def _deciding(chosen: Request, left: int) -> str:
    if chosen.admitted:
        return "let in here, though nothing was left"
    some = f"{left} {'was' if left == 1 else 'were'}" if left else "some were"
    return f"refused here, though {some} left"


def _area(room: Sequence[Sequence[float]], across: Scale, up: Scale) -> str:
    """In steps from what was left before the stretch, and down to zero at both ends, so that it is filled."""
    before = [left for at, left in room if at < across.low]
    inside = [(across.place(at), up.place(left)) for at, left in room if across.low <= at <= across.high]
    height = up.place(before[-1]) if before else 0.0
    points: list[path.Point | None] = [(0.0, 0.0), (0.0, height)]
    for x, y in inside:
        points += [(x, height), (x, y)]
        height = y
    return path.line([*points, (SIZE, height), (SIZE, 0.0)]) + "Z"

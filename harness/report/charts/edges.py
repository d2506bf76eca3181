"""Where a model's windows begin and end, as far as a picture can show it: what decides, and no request shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import ceil, floor
from typing import Any

from harness.report.charts.bundles import Request
from harness.report.charts.scale import Scale
from harness.report.families import layers_of, numbers_of

# More lines than this would hide everything else.
MOST = 60
# The parameters that each family's edges follow from. Those of the first two turn by the clock.
_CLOCKS = ("fixed_window_aligned", "sliding_counter")
_NEEDED = {
    "fixed_window_aligned": {"window", "phase"},
    "sliding_counter": {"window", "phase"},
    "quantised_bucket": {"interval", "phase"},
    "fixed_window_first_hit": {"quota", "window"},
    "penalty_block": {"quota", "window", "block"},
}

# Seconds, from and to.
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Edges:
    """`turns` are the moments at which the clock opens a new window, `batches` those at which it brings one; `windows`
    begin with a request, and in `blocks` nothing is let in. Seconds."""

    turns: tuple[float, ...] = ()
    batches: tuple[float, ...] = ()
    windows: tuple[Span, ...] = ()
    blocks: tuple[Span, ...] = ()


def edges(family: str, parameters: Mapping[str, Any], trace: Sequence[Request], across: Scale) -> Edges:
    """Those that a stretch of time meets; none where they are not known. The model is told all of the trace."""
    if family == "layers":
        first, second = (edges(*each, trace, across) for each in layers_of(parameters))
        return Edges(*(getattr(first, each.name) + getattr(second, each.name) for each in fields(Edges)))
    known = numbers_of(parameters)
    if family not in _NEEDED or not known.keys() >= _NEEDED[family]:
        return Edges()
    if family in _CLOCKS:
        return Edges(turns=_turns(known["window"], known["phase"], across))
    if family == "quantised_bucket":
        return Edges(batches=_turns(known["interval"], known["phase"], across))
    if family == "fixed_window_first_hit":
        return Edges(windows=_met(_opened(known["quota"], known["window"], trace), across))
    blocked = _Blocking(known["quota"], known["window"], known["block"], renewed=bool(parameters.get("renewed")))
    blocked.run(trace)
    return Edges(windows=_met(blocked.windows, across), blocks=_met(blocked.blocks, across))


def _turns(length: float, phase: float, across: Scale) -> tuple[float, ...]:
    if length <= 0 or (across.high - across.low) / length > MOST:
        return ()
    first, last = ceil((across.low - phase) / length), floor((across.high - phase) / length)
    return tuple(phase + number * length for number in range(first, last + 1))


def _met(spans: Sequence[Span], across: Scale) -> tuple[Span, ...]:
    met = [(begin, end) for begin, end in spans if end > across.low and begin < across.high]
    return tuple(met) if len(met) <= MOST else ()


def _opened(quota: float, window: float, trace: Sequence[Request]) -> list[Span]:
    """Who is let in when the window before is over opens the next one, also where he came a little too soon."""
    found: list[Span] = []
    count = 0
    for each in trace:
        if each.admitted:
            if not found or each.at >= found[-1][1] or count >= quota:
                found.append((each.at, each.at + window))
                count = 0
            count += 1
    return list(_cut(found))


@dataclass(slots=True)
class _Blocking:
    """A window that its first request opens, and the block that the first request too many begins, and where it is
    `renewed` each one after it."""

    quota: float
    window: float
    block: float
    renewed: bool
    windows: list[Span] = field(default_factory=list)
    blocks: list[Span] = field(default_factory=list)

    def run(self, trace: Sequence[Request]) -> None:
        count, blocked = 0, False
        for each in trace:
            if each.admitted:
                if blocked or not self.windows or each.at >= self.windows[-1][1]:
                    self.windows.append((each.at, each.at + self.window))
                    count, blocked = 0, False
                count += 1
            elif not blocked or each.at > self.blocks[-1][1]:
                self.blocks.append((each.at, each.at + self.block))
                blocked = True
            elif self.renewed:
                self.blocks[-1] = (self.blocks[-1][0], each.at + self.block)
        opened, blocked_at = ([begin for begin, _ in spans] for spans in (self.windows, self.blocks))
        self.windows = list(_cut(self.windows, blocked_at))
        self.blocks = list(_cut(self.blocks, opened))


def _cut(spans: Sequence[Span], ends: Sequence[float] = ()) -> Iterator[Span]:
    """Each only until the next one begins, or one of the `ends` comes."""
    for number, (begin, end) in enumerate(spans):
        later = [at for at in ends if begin <= at < end]
        following = [spans[number + 1][0]] if number + 1 < len(spans) else []
        yield begin, min([end, *later, *following])

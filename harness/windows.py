"""Objectives over sliding windows: "reply_p99<2s over 30s" holds where the worst such window of the run keeps it.

Pure. Windows are moved in steps of a second. Not judged is a window that reaches over the first or the last send, where
a second is only part of one, and a window with too few samples for its figure: too few for the percentile to be more
than the maximum under another name, or so few that a single message would break a share. Where no window could be
judged the objective fails, as one without samples does.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from harness import figures
from harness.histogram import NEEDS
from harness.objective import Objective
from harness.seconds import Group, Seconds


@dataclass(frozen=True, slots=True)
class Window:
    """A window that was judged, by its first second, and the figure in it."""

    at_s: int
    value: float


class _Judged:
    """What the windows of a run came to; of days there are too many to keep them all."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self.worst: Window | None = None
        self.judged = self.missed = self.left_out = 0

    def enter(self, window: Window | None) -> None:
        if window is None:
            self.left_out += 1
            return
        self.judged += 1
        self.missed += not self._objective.holds(window.value)
        badness = self._objective.badness
        if self.worst is None or badness(window.value) > badness(self.worst.value):
            self.worst = window


def judge(objective: Objective, seconds: Seconds, within: range | None = None) -> dict[str, Any]:
    """As `figures.judge`, with the figure of the worst window, and "window_s", "worst_at_s" (its first second; None
    without one) and "windows": {"judged", "missed", "left_out"}. `within` are the seconds to look at; None: all
    that are whole."""
    tally = _Judged(objective)
    for window in slide(objective, seconds, within or seconds.whole(group_of(objective))):
        tally.enter(window)
    worst = tally.worst
    met = worst is not None and objective.holds(worst.value)
    return {
        "objective": objective.text,
        "value": worst.value if worst else None,
        "unit": objective.unit,
        "verdict": "pass" if met else "fail",
        "window_s": objective.window_s,
        "worst_at_s": worst.at_s if worst else None,
        "windows": {"judged": tally.judged, "missed": tally.missed, "left_out": tally.left_out},
    }


def slide(objective: Objective, seconds: Seconds, within: range) -> Iterator[Window | None]:
    """Every window that lies in `within`, in order: None for one with too few samples."""
    assert objective.window_s is not None
    stretch = seconds.stretch(())
    for second in within:
        stretch.push(seconds.at(second))
        if stretch.duration_s > objective.window_s:
            stretch.pop()
        if stretch.duration_s == objective.window_s:
            value = figures.value_of(objective, stretch)
            enough = value is not None and figures.samples(objective, stretch) >= needs(objective)
            yield Window(second - objective.window_s + 1, value) if enough and value is not None else None


def needs(objective: Objective) -> int:
    """The fewest samples on which it can be judged in a window."""
    if objective.figure in figures.TIMES:
        return NEEDS.get(figures.TIMES[objective.figure][1], 1)
    if objective.unit == "/s":
        return 0
    if objective.unit != "%" or objective.sign == "==":
        return 1
    share = objective.bound if "<" in objective.sign else 100 - objective.bound
    if share <= 0:
        return 1
    # One message that goes wrong among so many keeps the bound.
    return ceil(round(100 / share, 6)) if "=" in objective.sign else floor(round(100 / share, 6)) + 1


def kinds(objectives: Iterable[Objective]) -> Collection[str]:
    """The latencies that have to be kept second by second for those of them that have a window."""
    times = (figures.TIMES.get(objective.figure) for objective in objectives if objective.window_s)
    return {latency for latency, _ in filter(None, times)}


def group_of(objective: Objective) -> Group:
    """Whose sends say which seconds are whole."""
    return "sessions" if objective.figure.startswith("session") else "messages"

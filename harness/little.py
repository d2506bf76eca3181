"""Little's law, L = λ W: in a system that keeps up, as many messages are in flight as come a second times how long each
takes. Both sides are found in different ways, so that they agree only where the measurement is sound. Pure.

    L    how many messages were in flight, on average over time: counted up at each send and down at each reply
    λ W  how many came a second, and their mean latency: from the counts and the histograms

They part where replies were given to the wrong messages or a histogram lies, and where the target did not keep up, so
that more were in flight at the end than at the beginning. Messages that never had a reply are left out on both sides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from harness.events import Acked, Event, Planned, Replied, Sent

SECOND = 1_000_000_000
# How far the two sides may lie apart, as a share, on top of what chance does at the two edges of the time looked at.
MOST_APART = 0.05
_SIGMAS = 3.0


@dataclass(frozen=True, slots=True)
class Little:
    """`in_flight` is L, `expected` is λ W. `apart` is their distance and `allowed` the most it may be, both as shares
    of `in_flight`."""

    in_flight: float
    throughput_per_s: float
    mean_ms: float
    expected: float
    apart: float
    allowed: float

    @property
    def holds(self) -> bool:
        return self.apart <= self.allowed


def compare(in_flight: float, answered: int, mean_ms: float, duration_s: float) -> Little | None:
    """`answered` messages sent within `duration_s` seconds had a reply, after `mean_ms` on average. None where there
    was nothing in flight."""
    if not in_flight or not duration_s:
        return None
    throughput = answered / duration_s
    expected = throughput * mean_ms / 1000
    # Who is in flight at an edge has part of its time on the other side of it.
    chance = mean_ms / 1000 * sqrt(2 * max(in_flight, 1.0)) / (in_flight * duration_s)
    return Little(
        in_flight=round(in_flight, 3),
        throughput_per_s=round(throughput, 3),
        mean_ms=round(mean_ms, 3),
        expected=round(expected, 3),
        apart=round(abs(expected - in_flight) / in_flight, 4),
        allowed=round(MOST_APART + _SIGMAS * chance, 4),
    )


def mean_in_flight(events: Iterable[Event], begin: int, end: int) -> float:
    """How many messages waited for their reply, on average between two moments (monotonic nanoseconds).

    Counted from sends and replies as they came, a session at a time: no reply is given to any message here.
    """
    area = 0
    for at, change in _changes(list(events)):
        # A change counts for as long as it lasts within the time looked at.
        area += change * (end - min(max(at, begin), end))
    return area / (end - begin)


def _changes(history: list[Event]) -> Iterable[tuple[int, int]]:
    """One up for each accepted message that had a reply, and one down for the reply."""
    sessions = {e.request: e.session for e in history if isinstance(e, Planned) and e.operation == "sendMessage"}
    accepted = {e.request for e in history if isinstance(e, Acked) and e.request in sessions}
    waiting: dict[str | None, list[int]] = {}
    for event in history:
        if isinstance(event, Sent) and event.request in accepted:
            waiting.setdefault(sessions[event.request], []).append(event.at)
        elif isinstance(event, Replied) and not event.problems and waiting.get(event.session):
            yield waiting[event.session].pop(0), 1
            yield event.at, -1

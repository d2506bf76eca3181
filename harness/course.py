"""A load run second by second, and in two halves: while it was limited, and otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.histogram import Latency
from harness.seconds import Moment, Seconds

# How many rows the run's course has at most: an hour of single seconds. A longer one is told in longer steps.
MOST_ROWS = 3600
# What the course tells of each second.
COURSE = ("response", "reply")


@dataclass(frozen=True, slots=True)
class Second:
    """One second of the run, counted from its beginning, or in a long run a step of `width_s` of them. A latency (ms)
    belongs to the second of its message's send."""

    at_s: int
    sent: int
    accepted: int
    limited: int
    failed: int
    replies: int
    response: Latency | None
    reply: Latency | None
    width_s: int = 1


@dataclass(frozen=True, slots=True)
class Spell:
    """Some of a run's seconds: what became of the messages that were sent in them, and the latency (ms) of their
    replies."""

    seconds: int
    accepted: int
    answered: int
    late: int
    ambiguous: int
    lost: int
    reply: Latency | None


def series(seconds: Seconds) -> Iterator[Second]:
    """The run's course, in steps that are as short as the number of rows allows: doubled until they are few."""
    span = seconds.busy("messages")
    width = 1
    while len(span) > MOST_ROWS * width:
        width *= 2
    for start in range(span.start, span.stop, width):
        within = range(start, min(start + width, span.stop))
        yield _row(start, len(within), seconds.at(start) if width == 1 else _merged(seconds, within))


def _merged(seconds: Seconds, within: range) -> Moment:
    moment = Moment()
    for second in within:
        moment.merge(seconds.at(second))
    return moment


def spells(seconds: Seconds) -> tuple[Spell, Spell]:
    """The seconds in which a request was sent that was limited, and the others in which any was sent."""
    moments, numbers = (Moment(), Moment()), [0, 0]
    for second in seconds.busy("sessions", "messages"):
        moment = seconds.at(second)
        if moment.counts["messages", "sent"] or moment.counts["sessions", "sent"]:
            which = 0 if moment.counts["messages", "limited"] or moment.counts["sessions", "limited"] else 1
            moments[which].merge(moment)
            numbers[which] += 1
    return _spell(moments[0], numbers[0]), _spell(moments[1], numbers[1])


def _spell(moment: Moment, seconds: int) -> Spell:
    counts, reply = moment.counts, moment.latencies.get("reply")
    return Spell(
        seconds=seconds,
        accepted=counts["messages", "accepted"],
        answered=counts["replies", "answered"],
        late=counts["replies", "late"],
        ambiguous=counts["replies", "ambiguous"],
        lost=counts["replies", "lost"],
        reply=reply.summary() if reply else None,
    )


def _row(start: int, width: int, moment: Moment) -> Second:
    response, reply = (moment.latencies.get(kind) for kind in COURSE)
    return Second(
        at_s=start,
        sent=moment.counts["messages", "sent"],
        accepted=moment.counts["messages", "accepted"],
        limited=moment.counts["messages", "limited"],
        failed=moment.counts["messages", "failed"],
        replies=reply.count if reply else 0,
        response=response.summary() if response else None,
        reply=reply.summary() if reply else None,
        width_s=width,
    )

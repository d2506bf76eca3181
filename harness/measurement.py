"""What a load run came to: counts that reconcile, and latencies of every kind, each with its number of samples.

Pure: the events of one phase in, one frozen record out. Nothing is judged here. A run is measured as it goes by: what
is held is what is not decided yet, counts, and histograms; given shelves, a run of days takes no more memory than one
of minutes.

    messages   planned = sent + missed;  sent = accepted + limited + refused + failed + unfinished
    replies    accepted = answered + late + lost + ambiguous + unsettled          (each message once)
               arrivals = first + further + duplicate + unsolicited + misrouted + malformed   (each arrival once)
               first = answered + late + ambiguous
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.course import COURSE, Second, Spell, series, spells
from harness.events import (
    EXHAUSTED,
    Acked,
    Began,
    Compared,
    Ended,
    Event,
    Failed,
    Limited,
    Refused,
)
from harness.exchanges import Exchange, Exchanges
from harness.gauges import Gauges
from harness.histogram import Histogram, Latency
from harness.kept import Shelves, no_shelf
from harness.limit_rule import LimitRule
from harness.pairing import ARRIVAL_CLASSES, MESSAGE_CLASSES, Arrival, Paired, Pairer
from harness.prediction import Prediction, Trial
from harness.reasons import REST, most_common
from harness.seconds import Group, Seconds
from harness.throttling import Throttled, Throttling
from harness.violations import Inspection, Violations

# How many different reasons for a failure a result carries; the rest are summed up.
MOST_REASONS = 20
# How many reasons are told apart while a run is measured: a target can make each of its failures another.
MOST_KINDS = 1000

# Those that are the target's to every request, which a curve is drawn of.
_CURVED = ("response", "response_from_plan", "reply", "reply_from_plan", "session", "session_from_plan")
_NAMES = (*_CURVED, "lateness", "queued", "recovery")
_OUTCOMES: Mapping[type[Any], str] = {Acked: "accepted", Refused: "refused", Limited: "limited", Failed: "failed"}
_GROUPS: Mapping[str, tuple[Group, str]] = {
    "sendMessage": ("messages", "response"),
    "createSession": ("sessions", "session"),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """Ambiguous replies: how many, and between which latencies (ms) each of them lies."""

    count: int
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Measurements:
    """Counts, latencies by kind ("response", "response_from_plan", "reply", "reply_from_plan", "session",
    "session_from_plan", "lateness", "queued", "recovery"), their curves, the run second by second, and what the
    harness says of itself (gauges by "source.name").

    From its plan to its send a request is late by what it stood in line for a connection, which is how source systems
    are, by what the harness was behind, "queued" and "lateness", and by what the target held it back, where it is sent
    again after it was limited.

    `clocks` tells of each process on another host how far its clock could be compared with ours: latencies between the
    two are wrong by its bound at most.

    `deaths` tells of each process of several that ended before the run did: which, when, and how.

    `exhausted` counts those failures, by reason, for which the machine that sends is to blame.
    `seconds` holds the same counts second by second, and the latencies that `measure` was told to keep.
    `contract` is what came of holding every answer and every reply against the contract.
    `throttling` is what the target's limiter was to the customers; `while_limited` are the seconds in which a request
    was sent that was limited, and `otherwise` the others in which any was sent. Both are None where nothing was.
    `prediction` is what came of holding the run against the rule that it was given.
    `stalled_s` is for how long, at least, the sink's event loop stood still: the sum of its stalls above STALL_MS.
    `frozen_s` is the same of each process of customers that stood still for more than FREEZE_MS at once (see gauges).
    """

    messages: Mapping[str, int]
    sessions: Mapping[str, int]
    replies: Mapping[str, int]
    arrivals: int
    latencies: Mapping[str, Latency | None]
    curves: Mapping[str, Sequence[tuple[float, float]]]
    ambiguous: Interval | None
    series: Sequence[Second]
    seconds: Seconds
    contract: Violations
    throttling: Throttling
    while_limited: Spell | None
    otherwise: Spell | None
    prediction: Prediction | None
    failures: Mapping[str, int]
    exhausted: Mapping[str, int]
    deaths: Sequence[str]
    clocks: Sequence[Compared]
    gauges: Mapping[str, Latency | None]
    stalled_s: float
    frozen_s: Mapping[str, float]
    duration_s: float

    @property
    def customers(self) -> Mapping[str, int]:
        """How many asked, how many of them were starved, how often one was limited, and how often without an end."""
        throttling = self.throttling
        return {
            "asked": throttling.fairness.customers,
            "starved": throttling.fairness.starved,
            "episodes": throttling.episodes,
            "unrecovered": throttling.unrecovered,
        }


class Measuring:
    """Takes the events of one phase in the order of time, about: what counts is the order within one session and within
    one request. Given shelves, it holds no more than what is under way."""

    def __init__(
        self,
        reply_timeout_s: float,
        begin: int,
        by_second: Collection[str] = (),
        shelves: Shelves = no_shelf,
        rule: LimitRule | None = None,
    ) -> None:
        """`begin` is the moment from which seconds are counted (monotonic nanoseconds). The latencies named in
        `by_second` are also kept second by second, so that windows can be judged. `rule` is a limiter that was found,
        which the run is held against."""
        self._begin = begin
        self._last: int | None = None
        self._ended: int | None = None
        self._exchanges = Exchanges(shelves())
        self._pairer = Pairer(reply_timeout_s, shelves())
        self._seconds = Seconds(begin, {*by_second, *COURSE}, shelves())
        self._inspection = Inspection()
        self._throttled = Throttled(shelves())
        self._trial = Trial(rule) if rule else None
        self._gauges = Gauges()
        self._counts: Counter[tuple[Group, str]] = Counter()
        self._classes: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._histograms = {name: Histogram() for name in _NAMES}
        self._ambiguous: tuple[int, int] | None = None

    def enter(self, event: Event) -> None:
        self._last = event.at if self._last is None else max(self._last, event.at)
        if isinstance(event, Ended):
            self._ended = event.at if self._ended is None else max(self._ended, event.at)
        exchange = self._exchanges.enter(event)
        outcome = _OUTCOMES.get(type(event))
        if outcome is None:
            self._gauges.enter(event)
        elif exchange is not None:
            self._settle(exchange, outcome, event.at)
            self._note_failure(event)
        self._inspection.enter(event, exchange)
        if self._trial is not None:
            self._trial.enter(event, exchange)
        if episode := self._throttled.enter(event, exchange):
            self._recover(*episode)
        for decided in self._pairer.enter(event, exchange):
            self._decide(decided)

    def finish(self) -> Measurements:
        """What it all came to. To be called once."""
        last = self._begin if self._last is None else self._last
        for exchange in self._exchanges.left():
            self._settle(exchange, "missed" if exchange.sent is None else "unfinished", None)
        for decided in self._pairer.finish(last if self._ended is None else self._ended):
            self._decide(decided)
        throttling = self._throttled.finish()
        limited, otherwise = spells(self._seconds) if any(throttling.limited.values()) else (None, None)
        return Measurements(
            messages=self._outcomes("messages"),
            sessions=self._outcomes("sessions"),
            replies={name: self._classes[name] for name in (*MESSAGE_CLASSES, *ARRIVAL_CLASSES)},
            arrivals=sum(self._classes[name] for name in ARRIVAL_CLASSES),
            latencies={name: histogram.summary() for name, histogram in self._histograms.items()},
            curves={name: self._histograms[name].curve() for name in _CURVED},
            ambiguous=self._interval(),
            series=list(series(self._seconds)),
            seconds=self._seconds,
            contract=self._inspection.finish(),
            throttling=throttling,
            while_limited=limited,
            otherwise=otherwise,
            prediction=self._trial.finish() if self._trial is not None else None,
            failures=most_common(self._failures, MOST_REASONS),
            exhausted={why: count for why, count in self._failures.items() if why.startswith(EXHAUSTED)},
            deaths=self._gauges.obituaries(self._begin),
            clocks=tuple(self._gauges.clocks),
            gauges={name: histogram.summary() for name, histogram in sorted(self._gauges.values.items())},
            stalled_s=round(self._gauges.stalled_ms / 1000, 3),
            frozen_s=self._gauges.frozen_s,
            duration_s=round((last - self._begin) / 1e9, 3),
        )

    def _settle(self, exchange: Exchange, outcome: str, at: int | None) -> None:
        """A request has come to its end, at the moment `at` where the target made it."""
        acked = at if outcome == "accepted" else None
        if exchange.sent is not None:
            self._histograms["lateness"].record(exchange.late)
            self._histograms["queued"].record(exchange.queued)
        if exchange.operation not in _GROUPS:
            return
        group, latency = _GROUPS[exchange.operation]
        self._counts[group, outcome] += 1
        if exchange.sent is None:
            self._seconds.count(exchange.planned, group, "planned", outcome)
            return
        self._seconds.sent(exchange.sent, group)
        self._seconds.count(exchange.sent, group, "planned", "sent", outcome)
        if acked is not None:
            self._time(latency, exchange.planned, exchange.sent, acked)

    def _decide(self, decided: Paired | Arrival) -> None:
        self._classes[decided.ended] += 1
        if isinstance(decided, Arrival):
            self._seconds.count(decided.reply.at, "replies", decided.ended)
            return
        message = decided.message
        self._seconds.count(message.sent, "replies", decided.ended)
        if decided.replied is None:
            return
        if decided.ended != "ambiguous":
            self._time("reply", message.planned, message.sent, decided.replied)
        elif decided.sent_interval is not None:
            earliest, latest = decided.sent_interval
            least, most = self._ambiguous or (decided.replied - latest, decided.replied - earliest)
            self._ambiguous = min(least, decided.replied - latest), max(most, decided.replied - earliest)

    def _time(self, name: str, planned: int, sent: int, at: int) -> None:
        for kind, nanoseconds in ((name, at - sent), (f"{name}_from_plan", at - planned)):
            self._histograms[kind].record(nanoseconds)
            self._seconds.latency(sent, kind, nanoseconds)

    def _recover(self, since: int, until: int) -> None:
        self._histograms["recovery"].record(until - since)
        self._seconds.latency(since, "recovery", until - since)

    def _note_failure(self, event: Event) -> None:
        if isinstance(event, Refused):
            reason = f"HTTP {event.status} {event.code or ''}".strip()
        elif isinstance(event, Failed):
            reason = event.reason
        else:
            return
        known = reason in self._failures or len(self._failures) < MOST_KINDS or reason.startswith(EXHAUSTED)
        self._failures[reason if known else REST] += 1

    def _outcomes(self, group: Group) -> dict[str, int]:
        names = ("accepted", "limited", "refused", "failed", "unfinished", "missed")
        counts = {name: self._counts[group, name] for name in names}
        planned = sum(counts.values())
        return {"planned": planned, "sent": planned - counts["missed"], **counts}

    def _interval(self) -> Interval | None:
        if self._ambiguous is None:
            return None
        least, most = self._ambiguous
        return Interval(self._classes["ambiguous"], round(least / 1e6, 3), round(most / 1e6, 3))


def measure(events: Iterable[Event], reply_timeout_s: float, by_second: Collection[str] = ()) -> Measurements:
    """Measures the events of one phase, given in the order of time, all at once. The latencies named in `by_second` are
    also kept second by second, so that windows can be judged."""
    history = list(events)
    began = next((event for event in history if isinstance(event, Began)), None)
    first = began or next(iter(history), None)
    measuring = Measuring(reply_timeout_s, first.at if first else 0, by_second)
    for event in history:
        measuring.enter(event)
    return measuring.finish()

"""What a load run came to: counts that reconcile, and latencies of every kind, each with its number of samples.

Pure: the events of one phase in, one frozen record out. Nothing is judged here.

    messages   planned = sent + missed;  sent = accepted + limited + refused + failed + unfinished
    replies    accepted = answered + late + lost + ambiguous + unsettled          (each message once)
               arrivals = first + further + duplicate + unsolicited + misrouted + malformed   (each arrival once)
               first = answered + late + ambiguous
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.events import (
    EXHAUSTED,
    Acked,
    Began,
    Compared,
    Died,
    Ended,
    Event,
    Failed,
    Gauged,
    Limited,
    Planned,
    Refused,
    Replied,
    Sent,
)
from harness.histogram import Histogram, Latency, summarise
from harness.pairing import ARRIVAL_CLASSES, MESSAGE_CLASSES, Paired, Pairing, pair
from harness.seconds import SECOND, Group, Seconds

# A pause of the sink's event loop below this is what any busy machine does to a process.
STALL_MS = 20.0
# How many different reasons for a failure a result carries; the rest are summed up.
MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Second:
    """One second of the run, counted from its beginning. A latency (ms) belongs to the second of its message's send."""

    at_s: int
    sent: int
    accepted: int
    limited: int
    failed: int
    replies: int
    response: Latency | None
    reply: Latency | None


@dataclass(frozen=True, slots=True)
class Interval:
    """Ambiguous replies: how many, and between which latencies (ms) each of them lies."""

    count: int
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Measurements:
    """Counts, latencies by kind ("response", "response_from_plan", "reply", "reply_from_plan", "session",
    "session_from_plan", "lateness", "queued"), their curves, the run second by second, and what the harness says of
    itself (gauges by "source.name").

    From its plan to its send a request is late by what it stood in line for a connection, which is how source systems
    are, and by what the harness was behind: "queued" and "lateness".

    `clocks` tells of each process on another host how far its clock could be compared with ours: latencies between the
    two are wrong by its bound at most.

    `deaths` tells of each process of several that ended before the run did: which, when, and how.

    `exhausted` counts those failures, by reason, for which the machine that sends is to blame.
    `seconds` holds the same counts second by second, and the latencies that `measure` was told to keep.
    `stalled_s` is for how long, at least, the sink's event loop stood still: the sum of its stalls above STALL_MS.
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
    failures: Mapping[str, int]
    exhausted: Mapping[str, int]
    deaths: Sequence[str]
    clocks: Sequence[Compared]
    gauges: Mapping[str, Latency | None]
    stalled_s: float
    duration_s: float


@dataclass(slots=True)
class _Exchange:
    """One request as it goes by."""

    operation: str
    planned: int
    sent: int | None = None
    queued: int = 0
    acked: int | None = None
    outcome: str = "missed"


@dataclass(slots=True)
class _Tally:
    """One second as it fills."""

    outcomes: Counter[str] = field(default_factory=Counter)
    responses: list[int] = field(default_factory=list)
    replies: list[int] = field(default_factory=list)

    def closed(self, at_s: int) -> Second:
        return Second(
            at_s=at_s,
            sent=self.outcomes["sent"],
            accepted=self.outcomes["accepted"],
            limited=self.outcomes["limited"],
            failed=self.outcomes["failed"],
            replies=len(self.replies),
            response=summarise(self.responses),
            reply=summarise(self.replies),
        )


@dataclass(slots=True)
class _Ledger:
    """What one pass over the events gathers."""

    exchanges: dict[str, _Exchange] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    gauges: dict[str, Histogram] = field(default_factory=dict)
    deaths: list[Died] = field(default_factory=list)
    clocks: list[Compared] = field(default_factory=list)
    stalled_ms: float = 0.0
    began: int | None = None
    first: int | None = None
    last: int = 0

    def enter(self, event: Event) -> None:
        self.first = event.at if self.first is None else self.first
        self.last = max(self.last, event.at)
        match event:
            case Began():
                self.began = event.at
            case Planned():
                self.exchanges[event.request] = _Exchange(event.operation, event.at)
            case Gauged():
                # Gauges share the histogram: a value of 1.0 is kept as one "millisecond", in its own unit.
                self.gauges.setdefault(f"{event.source}.{event.name}", Histogram()).record(round(event.value * 1e6))
                if (event.source, event.name) == ("sink", "lag_ms") and event.value > STALL_MS:
                    self.stalled_ms += event.value
            case Died():
                self.deaths.append(event)
            case Compared():
                self.clocks.append(event)
            case Sent() | Acked() | Refused() | Limited() | Failed():
                self._settle(event)

    def _settle(self, event: Sent | Acked | Refused | Limited | Failed) -> None:
        exchange = self.exchanges.get(event.request)
        if exchange is None:  # its plan was in a line that a kill tore
            return
        match event:
            case Sent():
                exchange.sent, exchange.queued, exchange.outcome = event.at, event.queued, "unfinished"
            case Acked():
                exchange.acked, exchange.outcome = event.at, "accepted"
            case Refused():
                exchange.outcome = "refused"
                self.failures[f"HTTP {event.status} {event.code or ''}".strip()] += 1
            case Limited():
                exchange.outcome = "limited"
            case Failed():
                exchange.outcome = "failed"
                self.failures[event.reason] += 1


def measure(events: Iterable[Event], reply_timeout_s: float, by_second: Collection[str] = ()) -> Measurements:
    """Measures the events of one phase, given in the order of time. The latencies named in `by_second` are also kept
    second by second, so that windows can be judged."""
    history = list(events)
    ledger = _Ledger()
    for event in history:
        ledger.enter(event)
    pairing = pair(history, reply_timeout_s, _end(history, ledger.last))
    begin = ledger.began if ledger.began is not None else (ledger.first or 0)
    histograms = _histograms(ledger, pairing.messages)
    exchanges = ledger.exchanges.values()
    classes = Counter[str](paired.ended for paired in pairing.messages)
    classes.update(arrival.ended for arrival in pairing.arrivals)
    return Measurements(
        messages=_counts(e.outcome for e in exchanges if e.operation == "sendMessage"),
        sessions=_counts(e.outcome for e in exchanges if e.operation == "createSession"),
        replies={name: classes[name] for name in (*MESSAGE_CLASSES, *ARRIVAL_CLASSES)},
        arrivals=sum(isinstance(event, Replied) for event in history),
        latencies={name: histogram.summary() for name, histogram in histograms.items()},
        curves={name: histogram.curve() for name, histogram in histograms.items()},
        ambiguous=_ambiguous(pairing.messages),
        series=_series(ledger, pairing.messages, begin),
        seconds=_seconds(ledger, pairing, begin, by_second),
        failures=_most_common(ledger.failures),
        exhausted={why: count for why, count in ledger.failures.items() if why.startswith(EXHAUSTED)},
        deaths=[
            f"the {death.process} died after {(death.at - begin) / 1e9:.0f} s ({death.how})" for death in ledger.deaths
        ],
        clocks=tuple(ledger.clocks),
        gauges={name: histogram.summary() for name, histogram in sorted(ledger.gauges.items())},
        stalled_s=round(ledger.stalled_ms / 1000, 3),
        duration_s=round((ledger.last - begin) / 1e9, 3),
    )


def _end(history: Sequence[Event], last: int) -> int:
    """When the sink stopped listening: the phase's end, or the last thing known of a run that was killed."""
    return max((event.at for event in history if isinstance(event, Ended)), default=last)


def _counts(outcomes: Iterable[str]) -> dict[str, int]:
    counted = Counter(outcomes)
    sent = counted.total() - counted["missed"]
    names = ("accepted", "limited", "refused", "failed", "unfinished", "missed")
    return {"planned": counted.total(), "sent": sent, **{name: counted[name] for name in names}}


def _histograms(ledger: _Ledger, pairs: Iterable[Paired]) -> dict[str, Histogram]:
    names = (
        *("response", "response_from_plan", "reply", "reply_from_plan", "session", "session_from_plan"),
        *("lateness", "queued"),
    )
    histograms = {name: Histogram() for name in names}
    for exchange in ledger.exchanges.values():
        if exchange.sent is not None:
            histograms["lateness"].record(exchange.sent - exchange.planned - exchange.queued)
            histograms["queued"].record(exchange.queued)
        if exchange.sent is None or exchange.acked is None:
            continue
        if exchange.operation == "sendMessage":
            histograms["response"].record(exchange.acked - exchange.sent)
            histograms["response_from_plan"].record(exchange.acked - exchange.planned)
        elif exchange.operation == "createSession":
            histograms["session"].record(exchange.acked - exchange.sent)
            histograms["session_from_plan"].record(exchange.acked - exchange.planned)
    for paired in _exact(pairs):
        assert paired.replied is not None
        histograms["reply"].record(paired.replied - paired.message.sent)
        histograms["reply_from_plan"].record(paired.replied - paired.message.planned)
    return histograms


def _exact(pairs: Iterable[Paired]) -> Iterable[Paired]:
    return (paired for paired in pairs if paired.ended in ("answered", "late"))


def _ambiguous(pairs: Iterable[Paired]) -> Interval | None:
    intervals = [
        (paired.replied - paired.sent_interval[1], paired.replied - paired.sent_interval[0])
        for paired in pairs
        if paired.ended == "ambiguous" and paired.replied is not None and paired.sent_interval is not None
    ]
    if not intervals:
        return None
    least, most = min(low for low, _ in intervals), max(high for _, high in intervals)
    return Interval(len(intervals), round(least / 1e6, 3), round(most / 1e6, 3))


def _series(ledger: _Ledger, pairs: Iterable[Paired], begin: int) -> list[Second]:
    seconds: dict[int, _Tally] = {}

    def second_of(sent: int) -> _Tally:
        return seconds.setdefault((sent - begin) // SECOND, _Tally())

    for exchange in ledger.exchanges.values():
        if exchange.operation != "sendMessage" or exchange.sent is None:
            continue
        tally = second_of(exchange.sent)
        tally.outcomes.update(("sent", exchange.outcome))
        if exchange.acked is not None:
            tally.responses.append(exchange.acked - exchange.sent)
    for paired in _exact(pairs):
        assert paired.replied is not None
        second_of(paired.message.sent).replies.append(paired.replied - paired.message.sent)
    span = range(min(seconds, default=0), max(seconds, default=-1) + 1)
    return [seconds.get(at, _Tally()).closed(at) for at in span]


def _seconds(ledger: _Ledger, pairing: Pairing, begin: int, kinds: Collection[str]) -> Seconds:
    seconds = Seconds(begin, kinds)
    groups: dict[str, tuple[Group, str]] = {
        "sendMessage": ("messages", "response"),
        "createSession": ("sessions", "session"),
    }
    for exchange in ledger.exchanges.values():
        if exchange.operation not in groups:
            continue
        group, latency = groups[exchange.operation]
        if exchange.sent is None:
            seconds.count(exchange.planned, group, "planned", exchange.outcome)
            continue
        seconds.sent(exchange.sent, group)
        seconds.count(exchange.sent, group, "planned", "sent", exchange.outcome)
        if exchange.acked is not None:
            seconds.latency(exchange.sent, latency, exchange.acked - exchange.sent)
            seconds.latency(exchange.sent, f"{latency}_from_plan", exchange.acked - exchange.planned)
    for paired in pairing.messages:
        seconds.count(paired.message.sent, "replies", paired.ended)
    for arrival in pairing.arrivals:
        seconds.count(arrival.reply.at, "replies", arrival.ended)
    for paired in _exact(pairing.messages):
        assert paired.replied is not None
        seconds.latency(paired.message.sent, "reply", paired.replied - paired.message.sent)
        seconds.latency(paired.message.sent, "reply_from_plan", paired.replied - paired.message.planned)
    return seconds


def _most_common(failures: Counter[str]) -> dict[str, int]:
    shown = dict(failures.most_common(MOST_REASONS))
    rest = failures.total() - sum(shown.values())
    return shown | ({"other reasons": rest} if rest else {})

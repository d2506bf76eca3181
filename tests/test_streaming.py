"""A run that is measured as it goes by has the figures of one that is looked at as a whole, however little is held."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from fractions import Fraction
from operator import attrgetter, itemgetter
from random import Random
from typing import Any
from unittest.mock import patch
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st

from harness import exchanges, figures, pairing, seconds, throttling
from harness.events import Acked, Event, Planned, Replied, Sent
from harness.exchanges import Exchanges
from harness.histogram import Histogram, Latency
from harness.journal import DISORDER, Header, Part, in_time
from harness.kept import Shelves, no_shelf
from harness.measurement import Measurements, Measuring
from harness.pairing import Arrival, Paired, Pairer
from harness.seconds import SECOND
from harness.throttling import ENOUGH
from tests.strategies import histories
from tests.whole_run import WholeRun

TIMEOUT_S = 5e-8
# To read a curve from a histogram of minutes takes a while.
FEW = settings(max_examples=20)
END = 300


class Cupboard:
    """A shelf in memory. It holds what it was given as text, as one on a disk does."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def put(self, texts):
        self.held |= dict(texts)

    def take(self, key):
        return self.held.pop(key, None)

    def peek(self, key):
        return self.held.get(key)

    def texts(self):
        return iter(self.held.items())


@contextmanager
def holding(most: int) -> Iterator[None]:
    """So many sessions, requests and seconds are held in memory; the rest is on shelves."""
    with (
        patch.object(pairing, "MOST_HELD", most),
        patch.object(exchanges, "MOST_HELD", most),
        patch.object(seconds, "MOST_HELD", most),
        patch.object(throttling, "MOST_HELD", most),
    ):
        yield


def passing_by(history: Sequence[Event], shelves: Shelves = Cupboard) -> Measurements:
    measuring = Measuring(TIMEOUT_S, history[0].at, figures.LATENCIES, shelves)
    for event in history:
        measuring.enter(event)
    return measuring.finish()


def plain(measured: Measurements) -> dict[str, Any]:
    """All of it as data, each second included."""
    told = {field.name: getattr(measured, field.name) for field in fields(Measurements) if field.name != "seconds"}
    return told | {"moments": [as_data(measured.seconds.at(second)) for second in range(-1, 400)]}


def as_data(moment: seconds.Moment) -> tuple[dict[Any, int], dict[str, Any]]:
    return dict(moment.counts), {kind: latency.to_json() for kind, latency in moment.latencies.items()}


def summary_of(nanoseconds: Sequence[int]) -> Latency | None:
    histogram = Histogram()
    for each in nanoseconds:
        histogram.record(each)
    return histogram.summary()


def jain(shares: Sequence[Fraction]) -> float | None:
    squares = sum(share**2 for share in shares)
    return round(float(sum(shares) ** 2 / (len(shares) * squares)), 4) if squares else None


def apart(history: Sequence[Event]) -> list[Event]:
    """The same history over minutes, no two events at one moment."""
    return [replace(event, at=event.at * SECOND + place) for place, event in enumerate(history)]


def scattered(history: Sequence[Event], dice: Random) -> list[Part]:
    """As several processes write it: a request in one part, its plan with its send, and all a little out of order."""
    files: dict[str, list[tuple[int, int, Event]]] = {"w1": [], "w2": [], "sink": [], "sink2": []}
    sends = {event.request: event.at for event in history if isinstance(event, Sent)}
    for event in history:
        if isinstance(event, Replied):
            name = dice.choice(("sink", "sink2"))
        else:
            name = "w1" if crc32(event.request.encode()) % 2 else "w2"
        at = sends.get(event.request, event.at) if isinstance(event, Planned) else event.at
        slack = 0 if isinstance(event, Planned | Sent) else dice.randrange(DISORDER)
        files[name].append((at + slack, event.at, event))
    return [
        Part(Header("run", "load", name, "host", 0, 0), [event for *_, event in sorted(lines, key=itemgetter(0, 1))])
        for name, lines in files.items()
    ]


@st.composite
def overtaken(draw: st.DrawFn) -> list[Event]:
    """A history in which sessions are opened under way, so that a reply may come before its session is known. Nobody
    sends into a session before that."""
    events: list[Event] = []
    for name in ("a", "b", "stranger"):
        opened, user = draw(st.integers(0, 40)), draw(st.sampled_from(("user-a", "user-b", None)))
        events += [Planned(opened, f"open-{name}", "createSession", name), Sent(opened, f"open-{name}")]
        events.append(Acked(opened + draw(st.integers(0, 20)), f"open-{name}", 200, name, user))
    for event in draw(histories()):
        if isinstance(event, Replied):
            events.append(event)
        elif not event.request.startswith("open-"):
            events.append(replace(event, at=event.at + 60))
    return sorted(events, key=lambda event: event.at)


@given(histories() | overtaken(), st.integers(1, 3))
def test_messages_and_arrivals_end_in_the_class_that_a_look_at_the_whole_run_finds(history, most_held):
    whole = WholeRun(history, TIMEOUT_S, END)

    with holding(most_held):
        pairer, requests = Pairer(TIMEOUT_S, Cupboard()), Exchanges(Cupboard())
        decided = [each for event in history for each in pairer.enter(event, requests.enter(event))]
        decided += pairer.finish(END)

    messages = [
        (each.message.request, each.ended, each.replied, each.sent_interval)
        for each in decided
        if isinstance(each, Paired)
    ]
    assert Counter(messages) == Counter(whole.messages)
    arrivals = Counter(
        (each.reply.at, each.reply.session, each.reply.user, each.reply.digest, each.ended)
        for each in decided
        if isinstance(each, Arrival)
    )
    assert arrivals == Counter((r.at, r.session, r.user, r.digest, ended) for r, ended in whole.arrivals)


@given(histories() | overtaken(), st.integers(1, 3))
def test_counts_and_times_are_those_of_the_whole_run(history, most_held):
    whole = WholeRun(history, TIMEOUT_S, max(event.at for event in history))

    with holding(most_held):
        measured = passing_by(history)

    assert measured.messages == whole.counts("sendMessage")
    assert measured.sessions == whole.counts("createSession")
    assert {name: count for name, count in measured.replies.items() if count} == whole.classes()
    times = {**whole.times(), "recovery": whole.episodes()[0]}
    for name, latency in measured.latencies.items():
        assert latency == summary_of(times.get(name, []))
    assert measured.ambiguous == whole.interval()


@given(histories(), st.integers(1, 3))
def test_what_a_limiter_was_to_each_customer_is_that_of_the_whole_run(history, most_held):
    whole = WholeRun(history, TIMEOUT_S, max(event.at for event in history))

    with holding(most_held):
        measured = passing_by(history)

    durations, unended = whole.episodes()
    bore, shares = measured.throttling, whole.shares()
    assert measured.latencies["recovery"] == summary_of(durations)
    assert (bore.unrecovered, bore.episodes) == (unended, unended + len(durations))
    assert sum(bore.asked.values()) == sum(asked for _, asked in shares.values())
    assert sum(bore.limited.values()) == sum(asked - let_in for let_in, asked in shares.values())
    fairness = bore.fairness
    assert (fairness.customers, fairness.index) == (len(shares), jain([Fraction(*each) for each in shares.values()]))
    assert fairness.starved == sum(asked >= ENOUGH and not let_in for let_in, asked in shares.values())


@FEW
@given(histories() | overtaken(), st.integers(1, 3))
def test_how_much_is_held_makes_no_difference_to_any_figure_of_any_second(history, most_held):
    history = apart(history)
    held = plain(passing_by(history, no_shelf))

    with holding(most_held):
        assert plain(passing_by(history)) == held


@FEW
@given(histories() | overtaken(), st.randoms(use_true_random=False))
def test_which_process_wrote_what_and_a_little_disorder_make_no_difference(history, dice):
    history = apart(history)

    joined = list(in_time(scattered(history, dice), "load"))

    assert sorted(joined, key=attrgetter("at")) == history
    assert plain(passing_by(joined)) == plain(passing_by(history))

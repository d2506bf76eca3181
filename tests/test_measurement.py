"""The measurements reconcile, whatever happened, and carry the latencies that were there."""

import pytest
from hypothesis import given

from harness.events import Acked, Began, Ended, Failed, Gauged, Limited, Planned, Refused, Replied, Sent
from harness.measurement import measure
from harness.pairing import ARRIVAL_CLASSES
from tests.strategies import histories

MS = 1_000_000


@given(histories())
def test_the_totals_reconcile(history):
    measured = measure(history, 1e-7)
    messages, replies = measured.messages, measured.replies

    assert messages["planned"] == messages["sent"] + messages["missed"]
    ends = ("accepted", "limited", "refused", "failed", "unfinished")
    assert messages["sent"] == sum(messages[name] for name in ends)
    assert messages["accepted"] == sum(replies[n] for n in ("answered", "late", "lost", "ambiguous", "unsettled"))
    arrivals = sum(isinstance(event, Replied) for event in history)
    assert arrivals == sum(replies[name] for name in ARRIVAL_CLASSES)
    assert sum(second.sent for second in measured.series) == messages["sent"]
    exact = measured.latencies["reply"]
    assert (exact.count if exact else 0) == replies["answered"] + replies["late"]


def test_latencies_are_taken_from_the_plan_and_from_the_send():
    history = [
        Began(0, 0, "load"),
        Acked(0, "open", 200, "s", "u"),
        Planned(10 * MS, "m", "sendMessage", "c", "s"),
        Sent(15 * MS, "m", queued=3 * MS),
        Acked(35 * MS, "m", 200),
        Replied(115 * MS, 0, "s", "u", "bot", "d"),
        Ended(200 * MS, 0, "load", "completed"),
    ]

    measured = measure(history, 1.0)

    p50 = {name: latency.p50 for name, latency in measured.latencies.items() if latency}
    expected = {"response": 20, "response_from_plan": 25, "reply": 100, "reply_from_plan": 105}
    # Late by what it stood in line for a connection, and by what the harness itself was behind.
    expected |= {"queued": 3, "lateness": 2}
    assert p50 == pytest.approx(expected, rel=1e-3)
    assert measured.duration_s == 0.2


def test_every_outcome_is_counted_under_its_name_and_failures_by_their_reason():
    def request(name, *outcome):
        return [Planned(1, name, "sendMessage", "c", "s"), Sent(2, name), *outcome]

    history = [
        *request("a", Acked(3, "a", 200)),
        *request("b", Limited(3, "b")),
        *request("c", Refused(3, "c", 404, "session_not_found")),
        *request("d", Failed(3, "d", "timed out")),
        *request("e"),
        Planned(1, "f", "sendMessage", "c", "s"),
    ]

    measured = measure(sorted(history, key=lambda event: event.at), 1.0)

    assert measured.messages == {
        "planned": 6,
        "sent": 5,
        "accepted": 1,
        "limited": 1,
        "refused": 1,
        "failed": 1,
        "unfinished": 1,
        "missed": 1,
    }
    assert measured.failures == {"HTTP 404 session_not_found": 1, "timed out": 1}


def test_an_outcome_whose_plan_was_torn_away_is_left_out_rather_than_guessed():
    assert measure([Sent(1, "m"), Acked(2, "m", 200)], 1.0).messages["sent"] == 0


def test_gauges_keep_their_own_unit():
    history = [Gauged(n, "sink", "lag_ms", value) for n, value in enumerate((1.0, 2.0, 40.0))]

    lag = measure(history, 1.0).gauges["sink.lag_ms"]

    assert lag is not None
    assert (lag.count, lag.max) == (3, 40.0)


def test_the_series_has_every_second_between_the_first_and_the_last():
    history = [Began(0, 0, "load")]
    for second in (0, 3):
        at = second * 1000 * MS + 1
        history += [Planned(at, str(second), "sendMessage", "c", "s"), Sent(at, str(second))]

    series = measure(history, 1.0).series

    assert [(second.at_s, second.sent) for second in series] == [(0, 1), (1, 0), (2, 0), (3, 1)]


def test_a_run_in_which_nothing_happened_measures_nothing():
    measured = measure([], 1.0)

    assert measured.messages["planned"] == 0
    assert measured.latencies["reply"] is None
    assert measured.series == []

"""What is seen while a run goes on comes to what is measured when it is over."""

import json
from collections.abc import Iterable
from pathlib import Path

from hypothesis import given

from harness.events import Acked, Event, Failed, Gauged, Limited, Planned, Replied, Sent
from harness.journal import in_time, read
from harness.live import EXCHANGES, Live
from harness.measurement import measure
from harness.observer import Observer
from harness.verdict import judge_validity
from tests.strategies import histories

SECOND = 1_000_000_000
REPORTS = Path(__file__).parents[1] / "reports"
TIMEOUT_S = 1e-7


def seen(events: Iterable[Event], timeout_s: float = 1.0) -> Live:
    live = Live(timeout_s)
    observer = Observer(live)
    for event in events:
        observer.enter(event)
    return live


def message(request: str, sent: int, session: str = "s") -> list[Event]:
    return [Planned(sent, request, "sendMessage", "c", session), Sent(sent, request), Acked(sent + 1, request, 200)]


def reply(at: int, digest: str = "d", user: str = "u") -> Replied:
    return Replied(at, 0, "s", user, "bot", digest)


OPENED: list[Event] = [
    Planned(0, "o", "createSession", "c"),
    Sent(0, "o"),
    Acked(1, "o", 200, "s", "u"),
]


@given(histories())
def test_outcomes_and_arrivals_are_counted_as_they_are_when_all_is_over(history):
    measured, live = measure(history, TIMEOUT_S), seen(history, TIMEOUT_S)

    for mine, theirs in ((live.messages, measured.messages), (live.sessions, measured.sessions)):
        assert {name: mine[name] for name in mine} == {name: theirs[name] for name in mine}
    assert sum(live.arrivals.values()) == measured.arrivals
    assert live.arrivals["malformed"] == measured.replies["malformed"]
    assert live.lateness.summary() == measured.latencies["lateness"]


def test_with_one_message_in_flight_replies_are_classed_as_they_are_when_all_is_over():
    events = [
        *OPENED,
        *message("a", 10),
        reply(20),
        reply(30),
        reply(31, "another"),
        *message("b", 2 * SECOND),
        reply(5 * SECOND),
        *message("c", 6 * SECOND),
        reply(6 * SECOND + 7, user="somebody"),
        Replied(6 * SECOND + 8, 0, "stranger", "u", "bot", "d"),
        Replied(6 * SECOND + 9, 0, "s", "u", "bot", "d", ("no text",)),
        Planned(9 * SECOND, "l", "sendMessage", "c", "s2"),
        Sent(9 * SECOND, "l"),
        Limited(9 * SECOND, "l"),
        Planned(9 * SECOND, "f", "sendMessage", "c", "s2"),
        Sent(9 * SECOND, "f"),
        Failed(9 * SECOND, "f", "HTTP 500"),
        Planned(9 * SECOND, "never", "sendMessage", "c", "s2"),
    ]
    measured, live = measure(events, 1.0), seen(events)
    now = 10 * SECOND

    assert live.arrivals == {name: measured.replies[name] for name in live.arrivals}
    replies = live.replies(now)
    assert {name: replies[name] for name in ("answered", "late", "lost")} == {
        name: measured.replies[name] for name in ("answered", "late", "lost")
    }
    assert (replies["answered"], replies["late"], replies["lost"], replies["waiting"]) == (1, 1, 1, 0)
    assert live.reply.summary() == measured.latencies["reply"]
    assert live.messages["planned"] - live.messages["sent"] == measured.messages["missed"] == 1
    assert live.validity(now) == judge_validity(measured)


def test_a_reply_that_overtakes_its_200_answers_it():
    planned, sent, acked = message("a", 10)
    live = seen([*OPENED, planned, sent, reply(15), acked])

    assert live.replies(SECOND)["answered"] == live.arrivals["first"] == 1


def test_a_reply_to_what_was_refused_afterwards_answered_nothing():
    planned, sent, _ = message("a", 10)
    live = seen([*OPENED, planned, sent, reply(15), Limited(20, "a")])

    assert (live.arrivals["first"], live.arrivals["unsolicited"]) == (0, 1)
    assert live.replies(SECOND)["answered"] == 0


def test_a_reply_that_fits_two_messages_is_ambiguous_and_has_no_latency():
    live = seen([*OPENED, *message("a", 10), *message("b", 20), reply(30, "x"), reply(40, "y")])

    assert live.replies(SECOND)["ambiguous"] == 2
    assert live.reply.count == 0


def test_who_waits_is_lost_once_the_timeout_is_over_and_late_when_it_comes_after_all():
    live = seen([*OPENED, *message("a", 10)], timeout_s=2.0)
    assert (live.replies(2 * SECOND)["waiting"], live.replies(4 * SECOND)["lost"]) == (1, 1)

    live = seen([*OPENED, *message("a", 10), reply(3 * SECOND)], timeout_s=2.0)
    assert (live.replies(4 * SECOND)["late"], live.replies(4 * SECOND)["lost"]) == (1, 0)


def test_gauges_and_lateness_decide_whether_the_figures_can_be_trusted():
    plan = Planned(0, "m", "sendMessage", "c", "s")
    assert seen([plan, Sent(10, "m")]).validity(SECOND).verdict == "valid"
    assert seen([plan, Sent(SECOND, "m")]).validity(SECOND).verdict == "invalid"
    busy = [Gauged(n, "customers", "cpu_percent", 99.0) for n in range(5)]
    assert seen([plan, Sent(10, "m"), *busy]).validity(SECOND).verdict == "degraded"


def test_the_pictures_of_two_workers_merge_into_that_of_the_whole_run():
    one = [*OPENED, *message("a", 10), reply(20), Gauged(30, "sink", "lag_ms", 50.0)]
    other = [
        Planned(0, "o2", "createSession", "c"),
        Sent(5, "o2"),
        Limited(9, "o2"),
        Planned(SECOND, "f", "sendMessage", "c", "s2"),
        Sent(2 * SECOND, "f"),
        Failed(3 * SECOND, "f", "HTTP 500"),
        Gauged(4 * SECOND, "sink", "lag_ms", 30.0),
        Gauged(4 * SECOND, "customers", "cpu_percent", 95.0),
    ]

    merged, whole = seen(one), seen([*one, *other])
    merged.merge(Live.from_json(seen(other).to_json()))

    assert merged.to_json() == whole.to_json()
    assert merged.validity(5 * SECOND) == whole.validity(5 * SECOND)


def test_of_a_real_run_it_says_what_the_result_says():
    with (REPORTS / "sample" / "journal.ndjson").open(encoding="utf-8") as journal:
        events = list(in_time(read(journal), "load"))
    result = json.loads((REPORTS / "sample" / "result.json").read_text())["load"]

    live = seen(events, result["reply_timeout_s"])

    for name in EXCHANGES:
        assert live.messages[name] == result["messages"][name]
        assert live.sessions[name] == result["sessions"][name]
    replies = {**live.arrivals, **live.replies(max(event.at for event in events))}
    assert {name: replies[name] for name in ("answered", "late", "ambiguous", "lost", "first", "further")} == {
        name: result["replies"][name] for name in ("answered", "late", "ambiguous", "lost", "first", "further")
    }
    for name in ("count", "p50", "p90", "p99", "max", "mean"):
        assert getattr(live.reply.summary(), name) == result["reply_ms"][name]
        assert getattr(live.lateness.summary(), name) == result["validity"]["schedule_lateness_ms"][name]

"""The sink fails on request, for as many calls as were asked for, and then no more."""

import time
from email.utils import parsedate_to_datetime

import pytest

from harness.errors import UsageError
from harness.sink.client import SinkClient
from harness.sink.faults import MOST_FAULTS, Fault, Programme
from tests.sink.wire import answers, call, connect, event, exchange, request, until


def test_the_next_calls_of_any_session_get_the_status_that_was_asked_for(sink, journal):
    sink.fault(Fault(status=500, times=2))

    assert [call(sink.url, event(f"s{n}")) for n in range(3)] == [500, 500, 200]

    sink.stop()
    assert [(arrival.session, arrival.status) for arrival in journal.arrivals] == [
        ("s0", 500),
        ("s1", 500),
        ("s2", 200),
    ]


def test_a_fault_for_one_session_leaves_the_others_alone(sink):
    sink.fault(Fault(session="s1", status=503))

    assert [call(sink.url, event(session)) for session in ("s0", "s1", "s1")] == [200, 503, 200]


def test_a_delayed_answer_does_not_delay_the_stamp(sink, journal):
    sink.fault(Fault(delay_s=0.5))

    began = time.monotonic_ns()
    assert call(sink.url) == 200
    ended = time.monotonic_ns()

    # An event loop may wake some milliseconds before its time; a stamp taken after the delay would miss by all of it.
    assert ended - began > 450_000_000
    sink.stop()
    [arrival] = journal.arrivals
    assert began < arrival.at < ended - 450_000_000


def test_a_reset_connection_is_a_reset_and_still_an_arrival(sink, journal):
    sink.fault(Fault(reset=True))

    with connect(sink.url) as connection:
        connection.sendall(request(sink.url, event("cut")))
        with pytest.raises(ConnectionResetError):
            connection.recv(100)

    assert call(sink.url, event("cut")) == 200
    sink.stop()
    assert [(arrival.session, arrival.status) for arrival in journal.arrivals] == [("cut", 0), ("cut", 200)]


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("asked", ["3", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_failed_call_can_be_told_when_to_come_back(sink, asked, bare):
    sink.fault(Fault(status=503, retry_after=asked, bare=bare))

    with connect(sink.url) as connection:
        connection.sendall(request(sink.url, event()))
        answer = connection.recv(1000).decode()

    assert answer.startswith("HTTP/1.1 503 ")
    assert f"\r\nRetry-After: {asked}\r\n" in answer


def test_a_failed_call_can_be_told_a_date_to_come_back_at_counted_from_its_answer(sink):
    sink.fault(Fault(status=503, retry_at_s=3))

    with connect(sink.url) as connection:
        before = time.time()
        connection.sendall(request(sink.url, event()))
        answer = connection.recv(1000).decode()
        after = time.time()

    [told] = [line for line in answer.split("\r\n") if line.startswith("Retry-After: ")]
    assert told.endswith(" GMT")
    assert before + 3 <= parsedate_to_datetime(told.partition(": ")[2]).timestamp() < after + 4


def test_the_connection_of_a_failed_call_can_be_used_again(sink):
    sink.fault(Fault(status=500))

    statuses = [status for status, _ in exchange(sink.url, request(sink.url, event()) * 2, 2)]

    assert statuses == [500, 200]


def test_a_sink_that_ends_does_not_wait_for_a_long_delay(sink, journal):
    sink.fault(Fault(delay_s=300))
    with connect(sink.url) as connection:
        connection.sendall(request(sink.url, event("waiting")))
        began = time.monotonic()
        while sink.status()["received"] != 1:
            assert time.monotonic() - began < 20
        assert sink.stop() == 0
        assert answers(connection) == []

    assert [arrival.session for arrival in journal.arrivals] == ["waiting"]


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"statu": 500},
        {"status": 99},
        {"status": 100},
        {"status": "500"},
        {"status": True},
        {"delay_s": -1},
        {"delay_s": 301},
        {"delay_s": float("nan")},
        {"reset": 1},
        {"bare": "yes"},
        {"times": 0},
        {"times": 10_001},
        {"session": 5},
    ],
)
def test_a_fault_that_cannot_be_is_refused_in_words(value):
    with pytest.raises(UsageError, match=r"takes|is a JSON object"):
        Fault.from_json(value)


def test_the_sink_refuses_a_fault_that_cannot_be(sink):
    with pytest.raises(UsageError, match="status takes a number from 200 to 599"):
        sink.fault(Fault(status=42))


def test_a_sessions_own_faults_come_first_and_all_in_their_order():
    programme = Programme()
    for fault in (Fault(status=500), Fault("s1", 501), Fault("s1", 502)):
        programme.add(fault)

    taken = [programme.take("s1") for _ in range(4)]

    assert [fault and fault.status for fault in taken] == [501, 502, 500, None]
    assert programme.pending == 0


def test_faults_do_not_pile_up_without_end():
    programme = Programme()
    programme.add(Fault(times=MOST_FAULTS))

    with pytest.raises(UsageError, match="are waiting"):
        programme.add(Fault())


def test_when_a_sender_hung_up_instead_of_waiting_is_told_by_its_session(sink):
    sink.fault(Fault(session="impatient", delay_s=60))
    sink.fault(Fault(session="patient", delay_s=0.2))

    with connect(sink.url) as connection:
        connection.sendall(request(sink.url, event("impatient")))
        until(lambda: sink.status()["received"] == 1)
        connected = time.monotonic()
    assert call(sink.url, event("patient")) == 200

    until(lambda: sink.status()["hung_up"])
    hung_up = sink.status()["hung_up"]
    assert set(hung_up) == {"impatient"}
    assert 0 < hung_up["impatient"] <= time.monotonic() - connected + 1


def test_what_was_still_to_happen_does_not_where_the_sink_relents(sink):
    sink.fault(Fault(session="s1", status=500, times=10))
    sink.fault(Fault(status=503))

    assert call(sink.url, event("s1")) == 500
    SinkClient(sink.feed).relent()

    assert [call(sink.url, event(session)) for session in ("s1", "s2")] == [200, 200]
    assert sink.status()["faults_pending"] == 0


@pytest.mark.parametrize(
    "value",
    [
        {"endpoint": 5},
        {"location": 5},
        {"location": ""},
        {"location": "/a\r\nb"},
        {"location": "x" * 2049},
        {"retry_after": 3},
        {"retry_at_s": "3"},
        {"retry_at_s": -1},
        {"retry_at_s": 1e9},
        {"retry_after": "3", "retry_at_s": 3},
        {"retry_after": ""},
        {"retry_after": "3\r\nX-Other: 1"},
        {"retry_after": "bientôt"},
        {"retry_after": "9" * 2049},
    ],
)
def test_an_endpoint_or_a_header_that_cannot_be_is_refused_in_words(value):
    with pytest.raises(UsageError, match=r"takes"):
        Fault.from_json(value)


def test_a_bare_answer_has_its_status_and_no_body(sink):
    sink.fault(Fault(bare=True))

    with connect(sink.url) as connection:
        connection.sendall(request(sink.url, event("bare")))
        answer = connection.recv(1000)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n")

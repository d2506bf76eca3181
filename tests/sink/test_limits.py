"""No sender can make the sink spend more than its limits, and others do not notice that one tried."""

from contextlib import ExitStack

import psutil

from harness.sink.connection import room_for
from tests.sink.wire import answers, call, connect, event, request, until


def test_a_head_that_never_ends_is_cut_off_and_counted(launch):
    sink = launch({"read_s": 0.5})
    with connect(sink.url) as slow:
        slow.sendall(b"POST /x HTTP/1.1\r\nHost: ")
        assert slow.recv(100) == b""

    assert sink.status()["rejected"] == {"slow": 1}


def test_a_body_that_never_ends_is_cut_off_and_counted_once(launch, journal):
    sink = launch({"read_s": 0.5})
    with connect(sink.url) as slow:
        slow.sendall(request(sink.url, event())[:-1])
        assert slow.recv(100) == b""

    until(lambda: sink.status()["connections"] == 0)
    assert sink.status()["rejected"] == {"slow": 1}
    assert journal.arrivals == []


def test_slow_senders_do_not_hold_up_the_others(sink):
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connect(sink.url)).sendall(request(sink.url, event())[:-1])

        assert [call(sink.url) for _ in range(10)] == [200] * 10


def test_an_idle_connection_is_kept_for_the_next_call_and_closed_in_the_end(launch):
    sink = launch({"idle_s": 1.0})
    with connect(sink.url) as connection:
        for _ in range(2):
            connection.sendall(request(sink.url, event()))
            assert answers(connection)[0][0] == 200
        assert connection.recv(100) == b""

    assert sink.status()["rejected"] == {}


def test_a_stray_line_end_after_a_body_begins_no_request(launch):
    sink = launch({"read_s": 0.5, "idle_s": 2.0})
    with connect(sink.url) as connection:
        connection.sendall(request(sink.url, event()) + b"\r\n")
        assert answers(connection)[0][0] == 200
        assert connection.recv(100) == b""

    assert sink.status()["rejected"] == {}


def test_more_connections_than_there_is_room_for_are_told_so_and_counted(launch):
    sink = launch({"connections": 5})
    with ExitStack() as stack:
        for _ in range(5):
            held = stack.enter_context(connect(sink.url))
            held.sendall(request(sink.url, event()))
            assert answers(held)[0][0] == 200
        with connect(sink.url) as surplus:
            assert answers(surplus)[0][0] == 503
        assert sink.status()["rejected"] == {"connections": 1}

    until(lambda: sink.status()["connections"] == 0)
    assert call(sink.url) == 200


def test_the_limit_on_open_files_is_raised_for_the_connections_and_never_overrun():
    soft, hard = psutil.Process().rlimit(psutil.RLIMIT_NOFILE)
    try:
        assert room_for(10) == 10
        assert room_for(hard + 1) < hard if hard > 0 else True
    finally:
        psutil.Process().rlimit(psutil.RLIMIT_NOFILE, (soft, hard))


def test_a_flood_of_large_bodies_does_not_stay_in_memory(launch):
    sink = launch({"history_bytes": 1_000_000})
    process = psutil.Process(sink.pid)
    body = event(content="x" * 200_000)

    def flood(calls: int) -> int:
        with connect(sink.url) as connection:
            for _ in range(calls):
                connection.sendall(request(sink.url, body))
                assert answers(connection)[0][0] == 200
        return process.memory_info().rss

    settled = flood(100)

    # 300 more bodies are 60 MB: a tenth of that would be a leak.
    assert flood(300) - settled < 6_000_000

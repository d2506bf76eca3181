"""Every call that got its 200 is in the journal exactly once, stamped when it came, and with no secret in it."""

import signal
import threading
import time
from collections import Counter

import psutil

from harness.secret import MASK, Secret
from tests.sink.wire import answers, call, connect, event, request, until


def keep_calling(url: str, name: str, calls: int, answered: list[str]) -> None:
    """One sender on one connection; it ends early where the sink goes away."""
    try:
        with connect(url) as connection:
            for n in range(calls):
                connection.sendall(request(url, event(f"{name}-{n}")))
                if [status for status, _ in answers(connection)] != [200]:
                    return
                answered.append(f"{name}-{n}")
    except OSError:
        return


def senders(url: str, count: int, calls: int) -> tuple[list[threading.Thread], list[str]]:
    answered: list[str] = []
    threads = [threading.Thread(target=keep_calling, args=(url, f"t{n}", calls, answered)) for n in range(count)]
    for thread in threads:
        thread.start()
    return threads, answered


def test_every_call_of_many_at_once_is_journaled_exactly_once(sink, journal):
    threads, answered = senders(sink.url, count=20, calls=50)
    for thread in threads:
        thread.join()

    assert sink.stop() == 0
    assert len(answered) == 1000
    assert Counter(arrival.session for arrival in journal.arrivals) == Counter(answered)


def test_a_sink_that_is_told_to_end_in_full_traffic_has_written_all_that_it_answered(sink, journal):
    threads, answered = senders(sink.url, count=10, calls=100_000)
    until(lambda: len(answered) > 500)
    sink.child.signal(signal.SIGTERM)
    for thread in threads:
        thread.join()

    assert sink.child.wait(20) == 0
    counts = Counter(arrival.session for arrival in journal.arrivals)
    assert set(counts.values()) == {1}
    # One that was taken may have lost its answer on the way out; the other way round is a loss.
    assert set(answered) <= set(counts)
    assert journal.part.torn == 0


def test_an_arrival_is_in_the_journal_while_the_sink_runs(sink, journal):
    assert call(sink.url, event("now")) == 200

    until(lambda: [arrival.session for arrival in journal.arrivals] == ["now"])


def test_the_stamp_is_that_of_the_first_byte_and_not_of_the_last(sink, journal):
    with connect(sink.url) as connection:
        before, wall_before = time.monotonic_ns(), time.time_ns()
        connection.sendall(request(sink.url, Expect="100-continue", Content_Length=str(len(event()))))
        assert answers(connection) == [(100, b"")]
        begun, wall_begun = time.monotonic_ns(), time.time_ns()
        connection.sendall(event())
        assert answers(connection)[0][0] == 200

    sink.stop()
    [arrival] = journal.arrivals
    assert before < arrival.at < begun
    assert wall_before < arrival.wall < wall_begun


def test_each_call_on_a_connection_gets_a_stamp_of_its_own(sink, journal):
    bounds = []
    with connect(sink.url) as connection:
        for _ in range(20):
            before = time.monotonic_ns()
            connection.sendall(request(sink.url, event()))
            assert answers(connection)[0][0] == 200
            bounds.append((before, time.monotonic_ns()))

    sink.stop()
    for arrival, (before, after) in zip(journal.arrivals, bounds, strict=True):
        assert before < arrival.at < after


def test_the_header_says_whose_part_of_which_run_it_is(sink, journal):
    header = journal.part.header

    assert (header.run, header.phase, header.role) == ("r1", "load", "sink")


def test_the_sink_tells_each_second_how_it_keeps_up(sink, journal):
    until(lambda: len(journal.gauge("lag_ms")) >= 3)

    assert len(journal.gauge("cpu_percent")) >= 3
    assert all(0 <= lag < 60_000 for lag in journal.gauge("lag_ms"))
    assert sink.status()["lag"]["p99_ms"] <= sink.status()["lag"]["max_ms"]


def test_a_sink_that_is_stopped_for_a_while_owns_up_to_the_lag(sink, journal):
    until(lambda: journal.gauge("lag_ms"))
    process = psutil.Process(sink.pid)
    process.suspend()
    time.sleep(0.5)  # the very thing that is measured
    process.resume()

    until(lambda: max(journal.gauge("lag_ms")) > 300)


def test_refusals_are_journaled_as_growing_counts(sink, journal):
    wrong = sink.url[:-1] + ("a" if sink.url[-1] != "a" else "b")
    for _ in range(3):
        assert call(wrong) == 404
    until(lambda: journal.gauge("rejected.token"))
    assert call(wrong) == 404

    sink.stop()
    counts = journal.gauge("rejected.token")
    assert counts[-1] == 4
    assert counts == sorted(set(counts))


def test_a_secret_that_the_target_echoes_is_not_written(launch, journal):
    sink = launch(secrets=(Secret("sk-live-12345"),))
    assert call(sink.url, event("s1", "your key is sk-live-12345")) == 200

    sink.stop()
    assert b"sk-live-12345" not in journal.path.read_bytes()
    assert MASK in journal.arrivals[0].body


def test_a_journal_that_can_no_longer_be_written_ends_the_sink_at_once(sink, journal):
    size = journal.path.stat().st_size
    psutil.Process(sink.pid).rlimit(psutil.RLIMIT_FSIZE, (size + 100, size + 100))

    call(sink.url)

    assert sink.child.wait(20) == 3
    assert "cannot write its journal" in sink.child.last_words

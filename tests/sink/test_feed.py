"""Whoever reads the feed gets everything from where it asks, in order, and learns at once when there is no more."""

import http.client
import signal
import threading
import time
from urllib.parse import urlsplit

import pytest

from harness.errors import SinkDied
from harness.secret import Secret
from harness.sink.address import SinkAddress
from harness.sink.client import authorization, connect
from harness.sink.feed import Feed
from tests.sink import wire
from tests.sink.wire import answers, call, event, request, until


def take(feed: Feed, count: int) -> list[str | None]:
    sessions = []
    for arrival in feed:
        sessions.append(arrival.session)
        if len(sessions) == count:
            break
    return sessions


def _listen(feed: Feed, heard: list[str | None]) -> None:
    for arrival in feed:
        heard.append(arrival.session)


def send(url: str, *sessions: str, content: str = "hello") -> None:
    with wire.connect(url) as connection:
        for session in sessions:
            connection.sendall(request(url, event(session, content)))
            assert answers(connection)[0][0] == 200


def test_a_feed_begins_with_the_past_and_goes_on_with_the_present(sink):
    send(sink.url, "past-1", "past-2")
    with Feed(sink.feed) as feed:
        send(sink.url, "present")

        assert take(feed, 3) == ["past-1", "past-2", "present"]


def test_a_feed_can_begin_at_any_number(sink):
    send(sink.url, "a", "b", "c")

    with Feed(sink.feed, since=2) as feed:
        assert take(feed, 1) == ["c"]


def test_the_feed_and_the_journal_say_the_same(sink, journal):
    send(sink.url, *(f"s{n}" for n in range(500)))
    with Feed(sink.feed) as feed:
        heard = [arrival for _, arrival in zip(range(500), feed, strict=False)]

    sink.stop()
    assert heard == journal.arrivals


def test_the_past_goes_back_as_far_as_the_history_does(launch):
    sink = launch({"history": 10})
    send(sink.url, *(f"s{n}" for n in range(25)))
    until(lambda: sink.status()["next"] == 25)

    with Feed(sink.feed) as feed:
        assert take(feed, 10) == [f"s{n}" for n in range(15, 25)]


def test_who_asks_for_what_is_gone_is_told_how_much_that_is(launch):
    sink = launch({"history": 10})
    send(sink.url, *(f"s{n}" for n in range(25)))
    until(lambda: sink.status()["next"] == 25)

    with Feed(sink.feed, since=3) as feed, pytest.raises(SinkDied, match="fell 22 arrivals behind"):
        take(feed, 1)


def test_many_readers_hear_the_same(sink):
    feeds = [Feed(sink.feed) for _ in range(5)]
    send(sink.url, "a", "b")

    assert [take(feed, 2) for feed in feeds] == [["a", "b"]] * 5
    until(lambda: sink.status()["subscribers"] == 0)


def test_a_quiet_sink_gives_a_sign_of_life_each_second(sink):
    connection = connect(sink.feed)
    connection.request("GET", "/feed", headers=authorization(sink.feed))
    response = connection.getresponse()

    assert [response.readline() for _ in range(3)] == [b"\n"] * 3
    response.close()
    connection.close()


def test_a_reader_that_does_not_read_is_dropped_and_told_and_hurts_nobody(launch):
    sink = launch({"history": 200, "stall_s": 1.0})
    big = "x" * 15_000
    with Feed(sink.feed) as idle, Feed(sink.feed) as busy:
        heard: list[str | None] = []
        reader = threading.Thread(target=_listen, args=(busy, heard))
        reader.start()
        for start in range(0, 2000, 100):
            send(sink.url, *(f"s{n}" for n in range(start, start + 100)), content=big)
            # The busy reader is given its time: it is the idle one that falls behind.
            until(lambda start=start: len(heard) >= start + 100)

        assert heard == [f"s{n}" for n in range(2000)]
        until(lambda: sink.status()["subscribers"] <= 1)
        with pytest.raises(SinkDied, match=r"fell \d+ arrivals behind|ended its feed"):
            take(idle, 2001)
        busy.close()
        reader.join(timeout=20)
    assert call(sink.url) == 200


def test_too_many_readers_are_refused(launch):
    sink = launch({"subscribers": 1})
    with Feed(sink.feed), pytest.raises(SinkDied, match="HTTP 503"):
        Feed(sink.feed)


def test_a_sink_that_ends_in_order_hands_over_the_rest_first(sink):
    heard: list[str | None] = []
    with Feed(sink.feed) as feed:
        send(sink.url, *(f"s{n}" for n in range(300)))
        sink.child.signal(signal.SIGTERM)
        with pytest.raises(SinkDied, match="ended its feed"):
            _listen(feed, heard)

    assert sink.child.wait(20) == 0
    assert heard == [f"s{n}" for n in range(300)]


def test_a_killed_sink_is_noticed_promptly(sink):
    with Feed(sink.feed) as feed:
        began = time.monotonic()
        sink.child.signal(signal.SIGKILL)
        with pytest.raises(SinkDied):
            take(feed, 1)

    assert time.monotonic() - began < 5


def test_a_sink_that_hangs_is_noticed_by_its_silence(sink, monkeypatch):
    monkeypatch.setattr("harness.sink.feed.SILENCE_S", 2.0)
    with Feed(sink.feed) as feed:
        sink.child.signal(signal.SIGSTOP)
        with pytest.raises(SinkDied, match="silent for 2 s"):
            take(feed, 1)
    sink.child.signal(signal.SIGCONT)


def test_closing_a_feed_ends_whoever_reads_it_without_an_error(sink):
    feed = Feed(sink.feed)
    ended = threading.Event()

    def read() -> None:
        for _ in feed:
            pass
        ended.set()

    thread = threading.Thread(target=read)
    thread.start()
    send(sink.url, "a")
    feed.close()
    feed.close()
    thread.join(timeout=20)

    assert ended.is_set()
    assert list(feed) == []


@pytest.mark.parametrize("path", ["/feed", "/status", "/nothing"])
def test_nothing_is_told_without_the_control_token(sink, path):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer é".encode("latin-1")}):
        connection = http.client.HTTPConnection(urlsplit(sink.feed.control_url).netloc, timeout=20)
        connection.request("GET", path, headers=headers)
        assert connection.getresponse().status == 401
        connection.close()


def test_a_feed_with_a_wrong_token_or_no_sink_at_all_says_so(sink):
    with pytest.raises(SinkDied, match="HTTP 401"):
        Feed(SinkAddress(sink.url, sink.feed.control_url, Secret("wrong")))
    sink.stop()
    with pytest.raises(SinkDied, match="does not answer"):
        Feed(sink.feed)


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "9" * 30])
def test_a_number_that_is_none_is_refused(sink, since):
    connection = connect(sink.feed)
    connection.request("GET", f"/feed?since={since}", headers=authorization(sink.feed))

    assert connection.getresponse().status == 400
    connection.close()

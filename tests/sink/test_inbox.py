"""Waiting for replies: each waiter is woken for its own session, and all of them when the sink dies."""

import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from harness.errors import SinkDied
from harness.sink.feed import Feed
from harness.sink.inbox import Inbox
from tests.sink.wire import call, event, until


@pytest.fixture
def inbox(sink):
    with Inbox(Feed(sink.feed)) as inbox:
        yield inbox


def test_a_waiter_gets_the_reply_of_its_session(sink, inbox):
    call(sink.url, event("other"))
    call(sink.url, event("mine", "for me"))

    [arrival] = inbox.wait("mine")

    assert "for me" in arrival.body


def test_a_waiter_that_came_first_is_woken(sink, inbox):
    found = []
    waiter = threading.Thread(target=lambda: found.extend(inbox.wait("mine", count=2, timeout=20)))
    waiter.start()
    for content in ("one", "two"):
        call(sink.url, event("mine", content))
    waiter.join(timeout=20)

    assert [arrival.session for arrival in found] == ["mine", "mine"]


def test_a_waiter_gets_what_there_is_when_its_time_is_over(sink, inbox):
    call(sink.url, event("mine"))
    inbox.wait("mine")

    began = time.monotonic()
    assert len(inbox.wait("mine", count=2, timeout=0.3)) == 1
    assert time.monotonic() - began >= 0.3
    assert inbox.wait("nobody", timeout=0) == []


def test_what_came_before_the_wait_counts(sink, inbox):
    call(sink.url, event("mine"))
    until(lambda: inbox.arrivals("mine"))

    assert len(inbox.wait("mine", timeout=0)) == 1


def test_arrivals_without_a_session_are_kept_apart(sink, inbox):
    call(sink.url, b"no json")

    until(lambda: inbox.arrivals(None))
    assert inbox.arrivals("s1") == []


def test_all_since_a_mark_is_what_reached_the_sink_after_it(sink, inbox):
    call(sink.url, event("before"))
    mark = inbox.mark()
    call(sink.url, event("after-1"))
    call(sink.url, event("after-2"))
    inbox.wait("after-2")

    assert [arrival.session for arrival in inbox.all_since(mark)] == ["after-1", "after-2"]


def test_a_forgotten_session_starts_from_none(sink, inbox):
    mark = inbox.mark()
    call(sink.url, event("mine"))
    inbox.wait("mine")
    inbox.forget("mine")
    inbox.forget("never heard of")

    assert inbox.arrivals("mine") == inbox.all_since(mark) == []
    call(sink.url, event("mine", "again"))
    [arrival] = inbox.wait("mine")
    assert "again" in arrival.body


def test_an_inbox_that_is_full_lets_go_of_the_oldest_but_not_of_the_count(sink):
    with Inbox(Feed(sink.feed), capacity=3) as inbox:
        for n in range(5):
            call(sink.url, event("mine", f"number {n}"))

        held = inbox.wait("mine", count=5)

        assert ["number 2" in held[0].body, len(held)] == [True, 3]
        inbox.forget("mine")
        assert inbox.all_since(0) == []


def test_a_listener_hears_of_each_arrival_once_in_order(sink, inbox):
    heard = []
    inbox.on_arrival(lambda arrival: heard.append(arrival.session))
    for n in range(20):
        call(sink.url, event(f"s{n}"))

    until(lambda: len(heard) == 20)
    assert heard == [f"s{n}" for n in range(20)]


def test_every_waiter_learns_at_once_that_the_sink_died(sink, inbox):
    errors: list[str] = []

    def wait(session: str) -> None:
        with pytest.raises(SinkDied) as caught:
            inbox.wait(session, timeout=60)
        errors.append(str(caught.value))

    waiters = [threading.Thread(target=wait, args=(f"s{n}",)) for n in range(50)]
    for waiter in waiters:
        waiter.start()
    began = time.monotonic()
    sink.child.signal(signal.SIGKILL)
    for waiter in waiters:
        waiter.join(timeout=20)

    assert len(errors) == 50
    assert time.monotonic() - began < 10
    with pytest.raises(SinkDied):
        inbox.raise_if_dead()


def test_what_came_before_the_sink_died_can_still_be_had(sink, inbox):
    call(sink.url, event("mine"))
    inbox.wait("mine")
    sink.child.signal(signal.SIGKILL)
    with pytest.raises(SinkDied):
        inbox.wait("other", timeout=20)

    assert len(inbox.wait("mine", timeout=0)) == 1


def test_closing_an_inbox_ends_its_waiters_and_leaves_the_sink_alone(sink):
    inbox = Inbox(Feed(sink.feed))
    inbox.close()

    with pytest.raises(SinkDied, match="closed"):
        inbox.wait("mine", timeout=20)
    assert sink.alive


def test_thousands_wait_at_once_in_greenlets_of_a_patched_process(sink):
    code = """
    from gevent import monkey
    monkey.patch_all()
    import os
    import gevent
    from harness.sink.address import SinkAddress
    from harness.sink.feed import Feed
    from harness.sink.inbox import Inbox
    with Inbox(Feed(SinkAddress.from_environment(os.environ))) as inbox:
        waiters = [gevent.spawn(inbox.wait, f"s{n}", 1, 60) for n in range(2000)]
        gevent.sleep(0)
        print("ready", flush=True)
        gevent.joinall(waiters, raise_error=True)
        print(sum(len(waiter.value) for waiter in waiters), flush=True)
    print("closed", flush=True)
    """
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        env={"PATH": "", **sink.feed.environment()},
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout.readline() == "ready\n"
        for n in range(2000):
            assert call(sink.url, event(f"s{n}")) == 200
        out, _ = child.communicate(timeout=60)

    assert out == "2000\nclosed\n"
    assert child.returncode == 0


def test_waiters_in_greenlets_learn_that_the_sink_died(sink):
    code = """
    from gevent import monkey
    monkey.patch_all()
    import os
    import gevent
    from harness.errors import SinkDied
    from harness.sink.address import SinkAddress
    from harness.sink.feed import Feed
    from harness.sink.inbox import Inbox
    inbox = Inbox(Feed(SinkAddress.from_environment(os.environ)))
    waiters = [gevent.spawn(inbox.wait, f"s{n}", 1, 60) for n in range(100)]
    gevent.sleep(0)
    print("ready", flush=True)
    gevent.joinall(waiters)
    print(sum(isinstance(waiter.exception, SinkDied) for waiter in waiters), flush=True)
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={"PATH": "", **sink.feed.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with child:
        assert child.stdout.readline() == "ready\n"
        sink.child.signal(signal.SIGKILL)
        out, _ = child.communicate(timeout=30)

    assert out == "100\n"

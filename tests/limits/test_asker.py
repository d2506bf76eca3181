"""What an inquiry sends is paid for, all of it, and what came of it is seen."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.limits.asker import GRACE_S, SILENCES, Asker
from harness.limits.purse import Purse, Spent
from harness.limits.seen import Seen
from harness.limits.subject import Subject
from harness.processes.interrupt import Interrupt
from harness.profile import Profile
from harness.secret import Secret
from tests.client.server import Connection, Server, response

NOBODY = Subject("unknown")


@contextmanager
def asker(url: str, purse: Purse, **changes: object) -> Iterator[tuple[Asker, list[Seen]]]:
    """With a list of all that it has seen."""
    seen: list[Seen] = []
    profile = Profile(url, "client-1", Secret("sk-live-8c1f77"), **changes)  # type: ignore[arg-type]
    with Asker(profile, purse, Interrupt(), seen.append) as made:
        yield made, seen


class OneEach:
    """Answers the first request of each connection, and hangs up on what comes over one that was kept. Either waits at
    first until `together` are there: so as many connections are kept, and used again at once."""

    def __init__(self, together: int = 1) -> None:
        self.requests = 0
        self._together = threading.Barrier(together)
        self._lock = threading.Lock()

    def __call__(self, connection: Connection) -> None:
        if self._count() <= self._together.parties:
            self._together.wait()
        connection.request()
        connection.answer(response("404 Not Found", b"{}"))
        connection.request()
        self._count()
        self._together.wait()

    def _count(self) -> int:
        with self._lock:
            self.requests += 1
            return self.requests


def test_a_request_whose_connection_had_been_closed_is_asked_again_and_paid_for():
    target, purse = OneEach(), Purse(60, 30.0)
    with Server(target) as server, asker(server.url, purse) as (ask, seen):
        answers = [ask.ask(NOBODY, "is anybody there?")[0] for _ in range(3)]

    assert [each.verdict for each in answers] == ["admitted"] * 3
    assert [each.verdict for each in seen] == ["admitted", "unknown", "admitted", "admitted"]
    assert seen[1].group == seen[2].group
    assert target.requests == purse.spent == len(seen) == 4


def test_nothing_is_asked_again_that_the_purse_cannot_pay():
    target, purse = OneEach(), Purse(5, 30.0)
    with Server(target) as server, asker(server.url, purse) as (ask, seen):
        ask.ask(NOBODY, "is anybody there?")
        answers = ask.ask(NOBODY, "a burst", count=4)

    # One at least goes out over the connection that was kept; on a busy machine another may over one that just was.
    assert len(answers) == 4
    assert {each.verdict for each in answers} == {"admitted", "unknown"}
    assert target.requests == purse.spent == len(seen) == 5


def test_a_target_that_closes_many_kept_connections_at_once_is_still_there():
    together = 2 * SILENCES
    target, purse = OneEach(together), Purse(60, 30.0)
    with Server(target) as server, asker(server.url, purse) as (ask, seen):
        for _ in range(2):
            answers = ask.ask(NOBODY, "a burst", count=together)

    assert sum(each.answer.stale for each in seen) > SILENCES
    assert {each.verdict for each in answers} == {"admitted"}
    assert len(answers) == together
    assert target.requests == purse.spent == len(seen)


def trickling(status: str, *, head_too: bool = False) -> Callable[[Connection], None]:
    """Answers a byte at a time, for ever: the content, or the head as well."""

    def behave(connection: Connection) -> None:
        connection.request()
        whole = response(status, b"{}" + b" " * 100_000, b"Retry-After: 1")
        head = whole.index(b"\r\n\r\n") + 4
        if not head_too:
            connection.answer(whole[:head])
        for byte in whole[0 if head_too else head :]:
            connection.answer(bytes([byte]))
            time.sleep(0.02)  # the pace is what the test is about

    return behave


@pytest.mark.parametrize("head_too", [True, False], ids=["from the first byte", "the content"])
def test_an_answer_that_trickles_is_given_up_when_the_time_is_over(head_too):
    purse = Purse(60, 0.3)
    with Server(trickling("200 OK", head_too=head_too)) as server, asker(server.url, purse) as (ask, _):
        began = time.monotonic()
        ask.ask(NOBODY, "a burst", count=2 * SILENCES)
        took_s = time.monotonic() - began

    assert took_s < purse.seconds + GRACE_S + 1.0


def test_a_silence_that_the_end_of_the_time_makes_is_not_the_targets():
    def silent(connection: Connection) -> None:
        connection.request()
        connection.request()

    with Server(silent) as server, asker(server.url, Purse(60, 0.3)) as (ask, _):
        answers = ask.ask(NOBODY, "a burst", count=2 * SILENCES)

    assert {each.verdict for each in answers} == {"unknown"}


def test_a_429_counts_from_its_head_on_though_its_content_never_comes_whole():
    with Server(trickling("429 Too Many Requests")) as server, asker(server.url, Purse(60, 0.5)) as (ask, _):
        [refused] = ask.ask(NOBODY, "is anybody there?")

    assert (refused.verdict, refused.status, refused.retry_after_s) == ("refused", 429, 1.0)
    assert refused.received - refused.sent < 0.5
    assert refused.answer.shown().startswith("HTTP 429, whose content did not come whole")


def test_what_the_ceiling_would_spread_beyond_the_time_is_not_sent():
    purse = Purse(60, 10.0)
    with Server(OneEach()) as server, asker(server.url, purse, max_rate=1.0) as (ask, seen), pytest.raises(Spent):
        ask.ask(NOBODY, "a burst", count=20)

    assert (purse.spent, seen) == (0, [])

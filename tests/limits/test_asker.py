"""What an inquiry sends is paid for, all of it, and what came of it is seen."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.limits.asker import SILENCES, Asker
from harness.limits.purse import Purse
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

    assert sorted(each.verdict for each in answers) == ["admitted", "admitted", "admitted", "unknown"]
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

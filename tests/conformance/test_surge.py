"""Many customers at once, against real sandboxes: what was limited is told, and nobody goes on after the first 429."""

import itertools
import threading

import pytest

from harness.client.source_system import SourceSystem
from harness.conformance.surge import IN_RESERVE, surge
from harness.dialects import IN_A_ROW
from tests.conformance.fabricated import SESSIONS, answer, created, said

CUSTOMERS = 60


class Tenant:
    """Lets so many requests in. Whoever comes again after the first 429 meets these statuses, one after the other."""

    def __init__(self, room=CUSTOMERS, again=()):
        self._room, self._again = threading.Semaphore(room), iter(again)
        self._limited = threading.Event()

    def create_session(self, who, *, hurried):
        again = self._limited.is_set() and who["emailAddress"] == "customer.4989@example.com"
        status = next(self._again) if again else self._status()
        return created("s") if status == 200 else answer(status, path=SESSIONS)

    def send_message(self, session, content, *, hurried):
        return said(session, self._status())

    def _status(self):
        if self._room.acquire(blocking=False):
            return 200
        self._limited.set()
        return 429


@pytest.fixture
def tenants(sandbox):
    opened = []

    def start(*options):
        profile = sandbox(*options)
        opened.extend((SourceSystem(profile), SourceSystem(profile, other=True)))
        return opened

    yield start
    for client in opened:
        client.close()


def test_without_a_limit_everybody_is_let_in(tenants):
    came = surge(*tenants(), CUSTOMERS)

    assert not came.limited
    assert len(came.answers) == 2 * CUSTOMERS + IN_RESERVE
    assert (came.turned_away, came.elsewhere, came.afterwards) == ([], [], None)


def test_with_the_first_429_it_ends(tenants):
    came = surge(*tenants("--rate-limit", "1", "--burst", "10"), CUSTOMERS)
    accepted = [answer for answer in came.answers if answer.status == 200]

    assert came.limited
    assert 10 <= len(accepted) <= 12
    assert len(came.answers) < 2 * CUSTOMERS
    assert [answer.status for answer in came.elsewhere] == [200, 200, 200]
    assert came.afterwards.status == 429


def test_another_tenant_who_meets_a_moment_of_room_is_asked_again(tenants):
    """One more is let in each 10 ms, to whoever comes first."""
    came = surge(*tenants("--limiter", "token-bucket rate=100 burst=10 scope=global"), CUSTOMERS)

    assert any(answer.status == 429 for answer in (*came.elsewhere, came.afterwards))
    # In rounds, and never more than half of what the tenant itself was let in.
    assert 1 <= len(came.elsewhere) <= sum(answer.accepted for answer in came.answers) // 2


def test_another_tenant_is_tried_anew_between_two_429s_where_the_first_moment_was_over():
    came = surge(Tenant(40, again=[200, 200, 429, 429]), Tenant(), CUSTOMERS)

    assert IN_A_ROW < len(came.elsewhere) <= 2 * IN_A_ROW
    assert came.afterwards.status == 429


def test_where_the_limit_does_not_come_back_another_tenant_is_left_alone():
    came = surge(Tenant(40, again=itertools.repeat(200)), Tenant(), CUSTOMERS)

    assert len(came.elsewhere) == IN_A_ROW
    assert came.afterwards.status == 200


@pytest.mark.parametrize("burst", [2, 3, 20, 21])
def test_who_was_turned_away_said_nothing_that_was_accepted(tenants, burst):
    """Whether the first 429 meets a message or a new session, somebody's message is limited."""
    came = surge(*tenants("--rate-limit", "1", "--burst", str(burst)), CUSTOMERS)
    spoke = {answer.request.session for answer in came.answers if answer.request.session and answer.status == 200}

    assert came.turned_away
    assert spoke.isdisjoint(came.turned_away)

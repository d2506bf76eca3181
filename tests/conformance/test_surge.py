"""Many customers at once, against real sandboxes: what was limited is told, and nobody goes on after the first 429."""

import pytest

from harness.client.source_system import SourceSystem
from harness.conformance.surge import IN_RESERVE, surge

CUSTOMERS = 60


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
    assert len(came.elsewhere) == 3


@pytest.mark.parametrize("burst", [2, 3, 20, 21])
def test_who_was_turned_away_said_nothing_that_was_accepted(tenants, burst):
    """Whether the first 429 meets a message or a new session, somebody's message is limited."""
    came = surge(*tenants("--rate-limit", "1", "--burst", str(burst)), CUSTOMERS)
    spoke = {answer.request.session for answer in came.answers if answer.request.session and answer.status == 200}

    assert came.turned_away
    assert spoke.isdisjoint(came.turned_away)

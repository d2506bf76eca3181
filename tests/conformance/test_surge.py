"""Many customers at once, against real sandboxes: what was limited is told, and nobody goes on after the first 429."""

import pytest

from harness.client.source_system import SourceSystem
from harness.conformance.surge import surge

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
    assert len(came.answers) == 2 * CUSTOMERS
    assert (came.turned_away, came.elsewhere) == ([], None)


def test_with_the_first_429_it_ends(tenants):
    came = surge(*tenants("--rate-limit", "1", "--burst", "10"), CUSTOMERS)
    accepted = [answer for answer in came.answers if answer.status == 200]

    assert came.limited
    assert 10 <= len(accepted) <= 12
    assert len(came.answers) < 2 * CUSTOMERS
    assert came.elsewhere.status == 200


def test_who_was_turned_away_said_nothing_that_was_accepted(tenants):
    # Whether the first 429 meets a message or a new session is chance.
    tries = (surge(*tenants("--rate-limit", "1", "--burst", str(20 + n % 2))[-2:], CUSTOMERS) for n in range(15))
    came = next(each for each in tries if each.turned_away)
    spoke = {answer.request.session for answer in came.answers if answer.request.session and answer.status == 200}

    assert spoke.isdisjoint(came.turned_away)

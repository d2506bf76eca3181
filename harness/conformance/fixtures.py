"""What a check can ask for by name. Each is made new for each check, of what the run shares."""

import random
from typing import TYPE_CHECKING

import pytest

from harness.client.source_system import SourceSystem
from harness.conformance.check import Check
from harness.conformance.ledger import Ledger
from harness.conformance.replies import Replies
from harness.conformance.sessions import Sessions
from harness.conformance.traffic import Traffic
from harness.conformance.webhook import Webhook
from harness.conformance.world import Effort, World
from harness.profile import Profile

if TYPE_CHECKING:
    from harness.conformance.generation import Generator

WORLD = pytest.StashKey[World]()


def name_of(item: pytest.Item) -> str:
    """A check's name, as the table of requirements has it."""
    return item.name.removeprefix("test_")


@pytest.fixture
def world(pytestconfig: pytest.Config) -> World:
    return pytestconfig.stash[WORLD]


@pytest.fixture
def check(world: World) -> Check:
    """The verifier."""
    return Check(world.contract)


@pytest.fixture
def dice(world: World, request: pytest.FixtureRequest) -> random.Random:
    """Randomness that follows from the run's seed and the check's name."""
    return world.dice(name_of(request.node))


@pytest.fixture
def seeded(world: World, request: pytest.FixtureRequest) -> int:
    """A seed for hypothesis that follows from the run's seed and the check's name."""
    return world.seeded(name_of(request.node))


@pytest.fixture
def api(world: World) -> SourceSystem:
    """The client of the tenant under test."""
    return world.api


@pytest.fixture
def other(world: World) -> SourceSystem:
    """The second tenant's client. A check that asks for it is not exercised where the run has none."""
    return world.other


@pytest.fixture
def sessions(world: World) -> Sessions:
    return world.sessions


@pytest.fixture
def replies(world: World) -> Replies:
    return world.replies


@pytest.fixture
def webhook(world: World) -> Webhook:
    return world.webhook


@pytest.fixture
def ledger(world: World) -> Ledger:
    return world.ledger


@pytest.fixture
def traffic(world: World) -> Traffic:
    return world.traffic


@pytest.fixture
def generator(world: World) -> "Generator":
    return world.generator


@pytest.fixture
def profile(world: World) -> Profile:
    return world.profile


@pytest.fixture
def effort(world: World) -> Effort:
    return world.effort

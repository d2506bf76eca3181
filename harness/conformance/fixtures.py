"""What a check can ask for by name. Each is made new for each check, of what the run shares."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.conformance.check import Check
from harness.conformance.world import World

WORLD = pytest.StashKey[World]()

# By its name, from the run's world and the check's name.
OFFERED: dict[str, Callable[[World, str], Any]] = {
    # The world itself, the profile, and how much its budget buys.
    "world": lambda world, check: world,
    "profile": lambda world, check: world.profile,
    "effort": lambda world, check: world.effort,
    # The verifier.
    "check": lambda world, check: Check(world.contract, world.expired),
    # Randomness that follows from the run's seed and the check's name: a generator, and a seed for hypothesis.
    "dice": lambda world, check: world.dice(check),
    "seeded": lambda world, check: world.seeded(check),
    # The client of the tenant under test, and the second tenant's: a check that asks for that is not exercised where
    # the run has none.
    "api": lambda world, check: world.api,
    "other": lambda world, check: world.other,
    # To talk, to listen, and to say where replies go.
    "sessions": lambda world, check: world.sessions,
    "replies": lambda world, check: world.replies,
    "webhook": lambda world, check: world.webhook,
    # What happened so far, whoever caused it.
    "ledger": lambda world, check: world.ledger,
    "traffic": lambda world, check: world.traffic,
    "surge": lambda world, check: world.surge,
    # Generated requests.
    "generator": lambda world, check: world.generator,
}


def name_of(item: pytest.Item) -> str:
    """A check's name, as the table of requirements has it."""
    return item.name.removeprefix("test_")


def arguments(item: pytest.Function, world: World) -> dict[str, Any]:
    """What the check asks for: of what is offered here each made new, and the fixtures of its own folder."""
    check = name_of(item)
    wanted = item._fixtureinfo.argnames
    return {name: OFFERED[name](world, check) if name in OFFERED else item.funcargs[name] for name in wanted}


def _fixture(name: str) -> Callable[..., Any]:
    def offer(request: pytest.FixtureRequest) -> Any:
        return OFFERED[name](request.config.stash[WORLD], name_of(request.node))

    return pytest.fixture(offer, name=name)


globals().update({name: _fixture(name) for name in OFFERED})

"""An answer is withdrawn where what came after it was let in although it would have been refused."""

from collections.abc import Sequence
from functools import cache

import pytest

from benchmarks.virtual_limiter import VirtualLimiter, identified
from harness.identification.trace import Observation
from harness.limits.afterwards import withdrawn
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.token_bucket import TokenBucket

LIMITERS = (FixedWindow(5, 2.0), TokenBucket(4.0, 6))


@cache
def found(limiter):
    world = VirtualLimiter(limiter, 0.004, 3)
    return (*identified(world, 3), world)


def row(begin: float, count: int, apart: float, admitted: bool) -> list[Sequence[Observation]]:
    """Single requests at an even pace."""
    moments = (begin + number * apart for number in range(count))
    return [[Observation(at, at + 0.004, admitted)] for at in moments]


@pytest.mark.parametrize("limiter", LIMITERS)
def test_more_than_the_rule_lets_in_is_another_rule(limiter):
    answer, run, _ = found(limiter)
    later = row(run.now + 60.0, 20, 0.01, True)

    told = withdrawn(answer, run, later)

    assert (answer.families != (), told.families, told.confidence) == (True, (), 0.0)
    assert told.let_in_later > 1
    assert told.nearest == answer.nearest
    assert told.sustainable_per_s is None


@pytest.mark.parametrize("limiter", LIMITERS)
def test_what_the_limiter_goes_on_to_say_withdraws_nothing(limiter):
    answer, run, world = found(limiter)
    later = [world.ask(world.now + silence, 4) for silence in (0.0, 0.1, 1.0, 5.0, 0.2, 0.0, 2.0, 30.0)]

    assert withdrawn(answer, run, later) is answer


def test_what_is_refused_later_may_be_for_others_who_share_the_quota():
    answer, run, _ = found(LIMITERS[0])

    assert withdrawn(answer, run, row(run.now + 60.0, 20, 1.0, False)) is answer


def test_one_that_was_let_in_too_early_is_chance():
    answer, run, _ = found(LIMITERS[0])
    later = row(run.now + 60.0, 6, 0.001, True)

    assert withdrawn(answer, run, later) is answer

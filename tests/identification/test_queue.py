"""How many find room in a line is counted though some leave it, and others take their places, while a group arrives."""

import random
from dataclasses import replace

import pytest

from benchmarks.virtual_limiter import VirtualLimiter, identified
from harness.identification.parallel import line_of, places
from harness.identification.trace import Observation
from harness.sandbox.limiter.families.queueing_bucket import QueueingBucket

DRAWN = 200


def group(at: float, admitted: int, rate: float, refused_at: float) -> list[Observation]:
    """So many in a line from `at` on, and one refused, with round trips of 10 ms."""
    line = [Observation(at, at + 0.01 + number / rate, True) for number in range(admitted)]
    return [*line, Observation(refused_at, refused_at + 0.01, False)]


@pytest.mark.parametrize(("refused_at", "found"), [(5.0, 9.0), (5.1, 8.0), (5.25, 6.5)])
def test_who_left_before_the_last_was_refused_is_not_counted(refused_at: float, found: float):
    assert places(group(5.0, 9, 10.0, refused_at), 10.0) == pytest.approx(found)


def test_without_a_refusal_nobody_knows():
    assert places(group(5.0, 9, 10.0, 5.1)[:-1], 10.0) is None


def test_an_answer_that_is_late_hardly_changes_the_pace_of_a_line():
    line = group(5.0, 40, 100.0, 5.1)
    late = replace(line[39], received=line[39].received + 0.008)

    pace = line_of([*line[:39], late, line[40]])

    assert pace == (pytest.approx(100.0, rel=0.005), 40)


def test_the_length_of_a_line_is_exact_however_fast_it_moves():
    exact = 0
    for seed in range(DRAWN):
        dice = random.Random(seed)
        burst = dice.randint(4, 100)
        # In half a second to a minute it is worked off, over round trips of 1 to 50 ms.
        limiter = QueueingBucket(rate_per_s=max(1.0, burst / 2 ** dice.uniform(-1, 5.9)), burst=burst)
        answer, _ = identified(VirtualLimiter(limiter, dice.uniform(0.001, 0.05), seed), seed)
        assert answer.families == ("queueing_bucket",), limiter
        exact += answer.parameters["quota"] == burst + 1

    assert exact >= 0.98 * DRAWN

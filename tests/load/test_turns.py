"""The ceiling holds for the whole process, and costs nothing where there is none."""

from itertools import pairwise

import pytest

from harness.load.turns import SECOND, Turns


def test_without_a_ceiling_everything_goes_at_once_and_no_turn_is_ever_lost():
    turns = Turns(None)

    assert [turns.take(now) for now in (7, 7, 9)] == [7, 7, 9]
    assert not turns.lost(0, now=60 * SECOND)


def test_requests_that_could_go_at_once_go_one_after_the_other():
    turns = Turns(10.0)

    taken = [turns.take(5 * SECOND) for _ in range(4)]

    assert taken == [round((5 + n / 10) * SECOND) for n in range(4)]


def test_time_that_went_by_unused_is_not_caught_up_with():
    turns = Turns(2.0)
    turns.take(0)

    taken = [turns.take(60 * SECOND) for _ in range(3)]

    assert taken == [60 * SECOND, round(60.5 * SECOND), 61 * SECOND]


@pytest.mark.parametrize(("rate", "late_s", "lost"), [(2.0, 0.4, False), (2.0, 0.6, True), (1000.0, 0.06, True)])
def test_a_turn_that_went_by_in_a_stall_is_lost(rate: float, late_s: float, lost: bool):
    assert Turns(rate).lost(SECOND, now=SECOND + round(late_s * SECOND)) is lost


def test_those_who_lost_their_turns_in_a_stall_do_not_go_as_a_burst():
    turns = Turns(10.0)
    taken = [turns.take(0) for _ in range(20)]
    awake = 2 * SECOND

    again = [turns.take(awake) for turn in taken if turns.lost(turn, awake)]

    assert len(again) == 19
    assert [after - before for before, after in pairwise(again)] == [pytest.approx(SECOND / 10)] * 18

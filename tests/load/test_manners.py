"""For how long a customer who was limited stays away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.load.manners import LONGEST_BACKOFF_S, MANNERS, SETBACK_S, SPREAD_S, manners, stay_away_s

CHANCES = st.floats(0, 1, exclude_max=True)
TIMES = st.integers(1, 10_000)


@given(st.sampled_from(("drop", "polite")), st.floats(0, 1e6), TIMES, CHANCES)
def test_who_has_manners_stays_away_for_as_long_as_retry_after_asks_and_hardly_longer(kind, asked, times, chance):
    assert asked <= stay_away_s(kind, asked, times, chance) <= asked + SPREAD_S


@given(st.none() | st.floats(0, 1e6), TIMES, CHANCES)
def test_who_has_none_does_not_wait(asked, times, chance):
    assert stay_away_s("rude", asked, times, chance) == 0


def test_who_asks_again_without_having_been_told_when_waits_twice_as_long_each_time_up_to_a_bound():
    assert [stay_away_s("polite", None, times, 0) for times in range(1, 9)] == [1, 2, 4, 8, 16, 32, 32, 32]


@given(TIMES, CHANCES)
def test_no_backoff_is_longer_than_its_bound_and_half_of_it(times, chance):
    assert SETBACK_S <= stay_away_s("polite", None, times, chance) <= 1.5 * LONGEST_BACKOFF_S
    assert SETBACK_S <= stay_away_s("drop", None, times, chance) <= 1.5 * SETBACK_S


def test_only_what_there_is_can_be_asked_for():
    assert [manners(each) for each in MANNERS] == list(MANNERS)
    with pytest.raises(UsageError, match="takes drop, polite or rude"):
        manners("shy")

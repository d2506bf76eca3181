"""The search finds where a target stops keeping up, in few tries, and does not believe a single one."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.search import Search, Try, capacity_of, limit_of, unsteady


def carried_out(search: Search, bears: Callable[[float, int], bool]) -> tuple[list[Try], list[str]]:
    """`bears` is asked for each rate, and how often it was tried before."""
    tried: list[Try] = []
    roles: list[str] = []
    while following := search.next(tried):
        rate, role = following
        tried.append(Try(rate, bears(rate, sum(each.rate == rate for each in tried))))
        roles.append(role)
        assert len(tried) < 60
    return tried, roles


@given(st.floats(0.5, 3000), st.floats(0.02, 0.3))
def test_the_capacity_of_a_steady_target_is_found_within_the_tolerance(true: float, tolerance: float) -> None:
    tried, _ = carried_out(Search(1.0, 4000.0, tolerance), lambda rate, _: rate <= true)

    found = capacity_of(tried)
    assert found is not None
    assert found <= true < found * (1 + tolerance) * 1.01  # rates are rounded to three digits
    assert unsteady(tried) == []
    assert len(tried) <= 25


def test_it_goes_up_in_steps_then_bisects_then_confirms_both_edges() -> None:
    tried, roles = carried_out(Search(1.0, 100.0, 0.1), lambda rate, _: rate < 10)

    assert [each.rate for each in tried] == [1, 2, 4, 8, 16, 11.3, 9.51, 10.4, 9.51, 10.4]
    assert roles == ["step"] * 5 + ["bisection"] * 3 + ["confirmation"] * 2


def test_nothing_above_the_highest_rate_is_ever_tried() -> None:
    tried, roles = carried_out(Search(1.0, 11.5), lambda rate, _: True)

    assert [each.rate for each in tried] == [1, 2, 4, 8, 11.5, 11.5]
    assert roles[-1] == "confirmation"
    assert (capacity_of(tried), limit_of(tried)) == (11.5, None)


def test_the_first_rate_is_no_higher_than_the_highest() -> None:
    assert Search(1.0, 0.3).next([]) == (0.3, "step")


def test_where_not_even_the_first_rate_is_borne_lower_ones_are_tried_and_not_for_ever() -> None:
    tried, _ = carried_out(Search(1.0, 100.0), lambda rate, _: False)
    lucky, _ = carried_out(Search(1.0, 100.0, 0.5), lambda rate, _: rate <= 0.3)

    assert [each.rate for each in tried] == [1, 0.5, 0.25, 0.125]
    assert capacity_of(tried) is None
    assert capacity_of(lucky) == 0.25


@pytest.mark.parametrize(
    ("turns", "capacity", "limit"),
    [
        (9.51, 8, 9.51),  # what was borne is not borne again: what is left is the next rate below
        (10.4, 9.51, 10.4),  # what was not borne is borne this time: it does not count for all that
    ],
)
def test_a_rate_that_changes_its_mind_is_told_and_not_relied_on(turns: float, capacity: float, limit: float) -> None:
    tried, _ = carried_out(Search(1.0, 100.0, 0.1), lambda rate, before: (rate < 10) != (before > 0 and rate == turns))

    assert unsteady(tried) == [turns]
    assert capacity_of(tried) == capacity
    assert limit_of(tried) == limit

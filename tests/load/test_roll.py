"""Customers are counted once each, whatever the order in which workers let them in."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from harness.load.roll import Roll


@given(st.lists(st.integers(0, 300)))
def test_each_customer_counts_once(numbers):
    roll = Roll()
    for number in numbers:
        roll.enter(f"c{number}")

    assert roll.count == len(set(numbers))


def test_those_who_never_came_are_not_counted():
    roll = Roll()
    for name in ("nobody", "", "c", "c-1", "c²", "customer"):
        roll.enter(name)

    assert roll.count == 0


def test_a_million_customers_weigh_next_to_nothing():
    roll = Roll()
    for number in range(0, 1_000_000, 999):
        roll.enter(f"c{number}")

    assert sys.getsizeof(roll._seen) < 200_000

"""What order patient customers hear, and whether a hasty one hears the same."""

import pytest

from harness.conformance.order import Order, learn

LINES = ["Hi", "Yes?", "Noted.", "Bye"]
NUMBERED = [[f"Answer no. {n}" for n in (3, 5, 8, 9)], [f"Answer no. {n}" for n in (4, 6, 7, 10)]]


def test_the_same_lines_for_everybody_are_an_order():
    order = learn([LINES, LINES])

    assert order.holds(LINES) is True
    assert order.holds(LINES[::-1]) is False
    assert order.holds(["Something", "else"]) is None


def test_a_number_that_rises_for_everybody_is_an_order():
    order = learn(NUMBERED)

    assert order.holds(["Answer no. 11", "Answer no. 14", "Answer no. 15"]) is True
    assert order.holds(["Answer no. 11", "Answer no. 15", "Answer no. 14"]) is False
    assert order.holds(["no number"]) is None


@pytest.mark.parametrize(
    "transcripts",
    [
        [["Hi"] * 4, ["Hi"] * 4],
        [["a", "b"], ["b", "a"]],
        [["ticket 7", "ticket 3"], ["ticket 4", "ticket 9"]],
        [["Hi"], ["Hi"]],
        [[], []],
    ],
)
def test_where_there_is_no_pattern_there_is_no_order(transcripts):
    assert learn(transcripts) is None


def test_an_order_says_what_it_is():
    assert str(Order(("Hi", "Bye"))) == "in this order: ['Hi', 'Bye']"
    assert "rise" in str(Order(place=0))

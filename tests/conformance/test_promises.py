"""Whether a limiter kept its word, from what was sent anyway."""

from harness.conformance.ledger import Visit
from harness.conformance.promises import returns

S = 1_000_000_000


def visit(at_s, status=200, told_s=None, key="Bearer $KEY"):
    return Visit(key, int(at_s * S), int(at_s * S) + 1_000_000, status, told_s)


def test_who_comes_back_when_told_and_is_let_in_was_promised_rightly():
    found = returns([visit(0), visit(1, 429, 2.0), visit(3.1)])

    assert (found.kept, found.broken) == (1, ())


def test_who_comes_back_later_than_any_rounding_and_is_sent_away_was_lied_to():
    found = returns([visit(1, 429, 2.0), visit(4.5, 429, 2.0)])

    assert (found.kept, found.broken) == (0, ((2.0, 3.5),))


def test_a_second_that_rounding_explains_decides_nothing():
    found = returns([visit(1, 429, 2.0), visit(3.5, 429, 1.0)])

    assert (found.kept, found.broken) == (0, ())


def test_who_does_not_wait_learns_nothing_about_the_promise():
    found = returns([visit(1, 429, 2.0), visit(2.0, 429, 9.0)])

    assert (found.kept, found.broken) == (0, ())


def test_of_a_burst_the_last_word_counts_and_the_comeback_counts_once():
    found = returns([visit(1.000, 429, 1.0), visit(1.0005, 429, 3.0), visit(4.2), visit(4.3)])

    assert (found.kept, found.broken) == (1, ())


def test_one_keys_return_says_nothing_about_the_promise_to_another():
    found = returns([visit(1, 429, 2.0), visit(3.5, key="Bearer $OTHER")])

    assert (found.kept, found.broken) == (0, ())

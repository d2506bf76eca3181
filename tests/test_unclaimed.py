"""An arrival that is for no worker's session is told from one that is for another worker's."""

from harness.unclaimed import SETTLED_S, Claims, Unclaimed


def test_what_all_heard_and_nobody_claims_was_nobodys():
    unclaimed = Unclaimed(2)
    unclaimed.enter("a", [(10, 3, 5)], 10 + SETTLED_S + 1)
    assert unclaimed.total == 0, "the other has not told yet"

    unclaimed.enter("b", [(10, 4, 4)], 10 + SETTLED_S + 1)

    assert unclaimed.total == 1


def test_a_second_is_settled_only_when_all_have_told_of_it():
    unclaimed = Unclaimed(2)
    unclaimed.enter("a", [(10, 0, 2)], 10 + SETTLED_S + 1)
    unclaimed.enter("b", [(10, 1, 0)], 10 + SETTLED_S)
    assert unclaimed.total == 0

    unclaimed.enter("b", [(10, 1, 0)], 10 + SETTLED_S + 1)

    assert unclaimed.total == 0


def test_one_whose_feed_is_broken_makes_nothing_nobodys():
    unclaimed = Unclaimed(2)
    unclaimed.enter("a", [(10, 2, 1), (11, 1, 1)], 11 + SETTLED_S + 1)
    unclaimed.enter("b", [(10, 1, 2)], 11 + SETTLED_S + 1)

    assert unclaimed.total == 1, "only b could say whose the other of second 11 was"


def test_nothing_is_settled_any_more_once_a_worker_is_silent():
    unclaimed = Unclaimed(2)
    unclaimed.enter("a", [(1, 1, 0)], 2)
    unclaimed.enter("b", [(1, 0, 1)], 2)
    for second in range(3, 60):
        unclaimed.enter("b", [(second, 0, 1)], second + 1)

    assert unclaimed.total == 0


def test_what_comes_after_its_second_was_settled_counts_no_more():
    unclaimed = Unclaimed(1)
    unclaimed.enter("a", [(10, 1, 0)], 10 + SETTLED_S + 1)
    unclaimed.enter("a", [(10, 0, 1)], 10 + SETTLED_S + 2)

    assert unclaimed.total == 0


def test_claims_are_told_once():
    claims = Claims()
    for own in (True, False, True):
        claims.count(7, own=own)

    assert claims.take() == [(7, 2, 1)]
    assert claims.take() == []

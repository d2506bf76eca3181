"""Promises of a limiter, and whether they were kept: from traces of which every moment is known."""

import pytest

from harness.honesty import Promise, honesty, together

ROUND_TRIP = 0.1


def trace(*asked):
    """(sent, let in, what Retry-After said) each: seconds."""
    return [Promise(sent, sent + ROUND_TRIP, admitted, told) for sent, admitted, told in asked]


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        ([(0.0, False, 5.0), (5.2, True, None)], "kept"),
        ([(0.0, False, 5.0), (4.5, True, None)], "kept"),  # half a second before: rounding
        ([(0.0, False, 5.0), (2.0, True, None)], "needless"),
        ([(0.0, False, 5.0), (5.5, False, None)], "rounded"),
        ([(0.0, False, 5.0), (8.0, False, None), (9.0, True, None)], "early"),
        ([(0.0, False, 5.0), (2.0, False, None)], "undecided"),
        ([(0.0, False, 5.0)], "undecided"),
    ],
)
def test_a_promise_is_judged_by_who_came_back_when(asked, verdict):
    found = honesty(trace(*asked), refusals_count=False)
    assert {kind for kind in ("kept", "early", "rounded", "needless", "undecided") if getattr(found, kind)} == {verdict}
    assert found.promised == 1


def test_how_far_a_promise_was_off():
    found = honesty(trace((0.0, False, 5.0), (8.0, False, None), (9.0, True, None)), refusals_count=False)
    assert found.worst_early_s == pytest.approx(8.0 - ROUND_TRIP - 5.0)
    found = honesty(trace((0.0, False, 5.0), (2.0, True, None)), refusals_count=False)
    assert found.worst_needless_s == pytest.approx(5.0 - 2.0 - ROUND_TRIP)


def test_where_refused_requests_count_a_promise_is_broken_by_who_does_not_wait():
    impatient = trace((0.0, False, 5.0), (3.0, False, None), (5.5, False, None))
    assert honesty(impatient, refusals_count=True).undecided == 1
    assert honesty(impatient, refusals_count=False).rounded == 1


def test_who_was_under_way_at_the_same_time_decides_nothing():
    together = [Promise(0.0, 0.2, False, 5.0), Promise(0.1, 0.3, True, None)]
    assert honesty(together, refusals_count=False).undecided == 1


def test_a_refusal_without_a_promise_is_counted_as_refused_only():
    found = honesty(trace((0.0, False, None), (1.0, True, None)), refusals_count=False)
    assert (found.promised, found.refused, found.tested) == (0, 1, 0)


def test_who_was_under_way_at_the_same_time_may_be_why_a_promise_is_not_kept():
    rivals = [Promise(0.0, 0.2, False, 1.0), Promise(0.1, 0.3, False, 3.0), Promise(2.5, 2.6, False, 1.0)]
    assert honesty(rivals, refusals_count=True).early == 0
    assert honesty([rivals[0], rivals[2]], refusals_count=True).early == 1


def test_several_subjects_are_summed_up_each_by_its_own_requests():
    broken = honesty(trace((0.0, False, 5.0), (8.0, False, None), (9.0, True, None)), refusals_count=False)
    kept = honesty(trace((0.0, False, 5.0), (5.2, True, None)), refusals_count=False)
    both = together([kept, broken])
    assert (both.promised, both.kept, both.early, both.refused) == (2, 1, 1, 3)
    assert both.worst_early_s == broken.worst_early_s
    assert together([]).promised == 0

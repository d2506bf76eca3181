"""Two limiters, one behind the other: the second is met by whoever asks for all that the first lets in."""

import functools
from dataclasses import replace

import pytest

from benchmarks.limits_layers import Both, tried
from benchmarks.virtual_limiter import VirtualLimiter, identified
from harness.identification.answer import answer_of
from harness.identification.bank import Bank
from harness.identification.budget import Budget
from harness.identification.families.aligned_window import AlignedWindow
from harness.identification.families.token_bucket import TokenBucket as BucketModel
from harness.identification.layers import Layers, left_over
from harness.identification.trace import Decision
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.sliding_log import SlidingLog
from harness.sandbox.limiter.families.token_bucket import TokenBucket

BUDGET = Budget(requests=900, seconds=900)


@functools.cache
def clear():
    """A bucket before a window of the clock, which shows itself clearly."""
    both = Both(TokenBucket(5.0, 8), FixedWindow(60, 30.0))
    return identified(VirtualLimiter(both, 0.004, 4), 4, BUDGET, look_behind=200)


def test_it_is_named_where_it_shows_itself_clearly():
    answer, _ = clear()
    assert answer.families == ("token_bucket",)
    assert answer.behind is not None
    assert 0 < answer.behind.let_in <= 120
    assert answer.behind.closed_s <= 30.0 * 2
    assert answer.behind.families == ("fixed_window_aligned",)
    assert answer.behind.parameters["quota"] == 60
    assert answer.behind.parameters["window"] == pytest.approx(30.0, rel=0.05)
    assert answer.sustainable_per_s == pytest.approx(2.0, rel=0.05)


def test_the_first_is_asked_again_once_the_second_is_known():
    """By no more than the second lets in: what is refused then was refused by the first."""
    _, run = clear()
    again = run.look.again
    assert again.pace.quota == 60
    assert again.bank.best.family is BucketModel
    assert again.bank.best.hard == 0


def test_both_are_named_where_a_request_meets_the_slow_one_first():
    """One of the benchmark's pairs: a window of 12.9 s before a log of 1.5 s."""
    case = tried(348)
    assert (case.first, case.second) == (True, True), case.words


def test_what_both_explain_contradicts_neither():
    """The whole trace, also what was sent before anything was known of the second."""
    answer, run = clear()
    assert answer.behind.both.hard == answer.mismatches == 0
    assert len(run.trace.decisions) == len(run.trace.observations)
    own = answer.behind.both.own(0, run.trace.decisions)
    assert answer.behind.both.first.model().replay(own)[0] == 0
    assert answer.behind.both.first.model().replay(run.trace.decisions)[0] > 0


def test_what_was_left_out_for_a_rest_is_explained_in_the_end():
    """Two windows of the clock, one of which is met before the other is known: the trace is whole again."""
    answer, run = identified(
        VirtualLimiter(Both(FixedWindow(40, 16.2), FixedWindow(10, 1.4)), 0.005, 1), 1, BUDGET, 200
    )
    assert run.caution.rests > 0
    assert len(run.trace.decisions) == len(run.trace.observations) == answer.requests


@pytest.mark.parametrize("limiter", [TokenBucket(5.0, 8), SlidingLog(6, 1.5)])
def test_one_limit_alone_has_none_behind_it(limiter):
    answer, run = identified(VirtualLimiter(limiter, 0.004, 5), 5, BUDGET, look_behind=200)
    assert answer.behind is None
    assert answer.mismatches == 0
    assert 0 < answer.looked_behind <= 200
    assert len(run.trace.observations) <= BUDGET.requests


def test_where_nobody_looks_nothing_is_spent_on_it():
    answer, _ = identified(VirtualLimiter(Both(TokenBucket(5.0, 8), FixedWindow(60, 30.0)), 0.004, 3), 3, BUDGET)
    assert (answer.behind, answer.looked_behind) == (None, 0)


def test_what_one_layer_explains_is_not_held_against_the_other():
    decisions = [Decision(number, number, number % 2 == 0, number) for number in range(6)]
    assert len(left_over(BucketModel(1, 1.5), decisions)) < len(decisions)
    assert left_over(AlignedWindow(100, 50.0, 0.0), decisions) == decisions


def test_both_layers_have_to_let_a_request_in():
    both = Layers(BucketModel(1, 2.0), AlignedWindow(2, 10.0, 0.0), counted=True)
    admitted = []
    for at in (0.0, 0.5, 2.5, 5.0, 11.0):
        admitted.append(both.admits(at))
        both.observe(at, at, admitted[-1])
    assert admitted == [True, False, True, False, True]


def test_where_not_even_the_beginning_is_explained_there_is_no_answer_and_no_second():
    """Something else was met, and then what had explained everything until then did not hold either."""
    _, run = clear()
    lost = replace(run, clean=(), explained=(), bank=Bank([replace(fit, hard=90) for fit in run.bank.fits]))
    lost.look = replace(run.look, both=None)
    found = answer_of(lost)
    assert (found.families, found.behind, found.confidence) == ((), None, 0.0)

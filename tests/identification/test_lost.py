"""A request without an answer may have been counted or not: whichever explains what came after it."""

import random

import pytest

from benchmarks.limits_identification import POPULATION
from benchmarks.virtual_limiter import VirtualLimiter, identified
from harness.identification.budget import Budget
from harness.identification.families.aligned_window import AlignedWindow
from harness.identification.families.sliding_log import SlidingLog
from harness.identification.fit import Fit
from harness.identification.lost import weighed, with_lost
from harness.identification.run import Run
from harness.identification.trace import Observation, Trace
from harness.sandbox.limiter.families.sliding_log import SlidingLog as Log

WINDOW = Fit(AlignedWindow, {"quota": 3, "window": 10.0, "phase": 0.0}, 0, 0.0)


def seen(at, admitted, answered=True):
    return Observation(at, at + 0.01, admitted, answered=answered)


def traced(*groups):
    trace = Trace()
    for group in groups:
        trace.add(group)
    return trace


@pytest.mark.parametrize("counted", [True, False])
def test_it_counts_where_that_explains_what_came_after_it(counted):
    let_in = 2 if counted else 3
    after = [[seen(1.0 + number, number < let_in)] for number in range(5)]
    trace = traced([seen(0.5, False, answered=False), *after[0]], *after[1:])
    assert weighed(trace, WINDOW) is counted
    assert [each.lost for each in trace.decisions].count(True) == counted
    assert WINDOW.model().replay(trace.decisions)[0] == 0


def test_two_of_one_group_count_together():
    """One of them alone would explain nothing."""
    lost = [seen(0.5, False, answered=False), seen(0.5, False, answered=False)]
    trace = traced([*lost, seen(0.5, True)], [seen(1.0, False)], [seen(2.0, False)])
    assert weighed(trace, WINDOW)
    assert [each.lost for each in trace.decisions] == [True, True, False, False, False]


def test_it_is_taken_out_again_where_it_explains_nothing_any_more():
    trace = traced([seen(0.5, False, answered=False), seen(1.0, True)], [seen(2.0, True)], [seen(3.0, False)])
    assert weighed(trace, WINDOW)
    two = Fit(AlignedWindow, {"quota": 2, "window": 10.0, "phase": 0.0}, 0, 0.0)
    assert weighed(trace, two)
    assert [each.lost for each in trace.decisions].count(True) == 0


def test_it_comes_before_the_others_of_its_group_and_after_all_that_were_before():
    trace = traced([seen(0.0, True)], [seen(1.0, False, answered=False), seen(1.001, False), seen(1.002, True)])
    assert [(each.number, each.lost) for each in with_lost(trace.decisions, trace.lost)] == [
        (0, False),
        (1, True),
        (2, False),
        (1, False),
    ]
    assert len(trace.observations) == 3


# Some that were counted, so that a second limiter would be told if they were left out of account.
@pytest.mark.parametrize(("family", "seed"), [("fixed_window_aligned", 4), ("sliding_log", 2)])
def test_a_target_that_loses_one_answer_in_a_hundred_is_told_and_no_second_limiter_with_it(family, seed):
    limiter = POPULATION[family](random.Random(2), 9, 2.3)
    answer, run = identified(VirtualLimiter(limiter, 0.004, seed, loses=0.01), seed, Budget(600, 600), look_behind=120)
    assert run.trace.lost
    assert (answer.families, answer.parameters["quota"], answer.mismatches) == ((family,), 9, 0)
    assert answer.behind is None
    assert len(run.trace.observations) + len(run.trace.lost) <= 600


def test_a_time_is_known_no_better_than_it_is_known_whether_one_without_an_answer_counts():
    """A log of one, of which the last is let in 8.5 s after the request without an answer: that tells of its window
    only where that one counts."""
    run = Run(Budget(90, 90), lambda: 0.5)
    for group in [[seen(0, True)], [seen(8, False)], [seen(10, True)], [seen(20.5, False, answered=False)]]:
        run.take(group)
    run.take([seen(29, True)])
    run.trace.decisions = with_lost(run.trace.decisions, run.trace.lost)
    run.bank.fits = [Fit(SlidingLog, {"quota": 1, "window": 8.2}, 0, 0.0)]
    run.bank.bounds = {"sliding_log": {"window": (8.0, 8.5)}}
    run.settle()
    low, high = run.bank.bounds["sliding_log"]["window"]
    assert low <= 8.01
    assert high == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize("seed", [2, 32, 39])
def test_where_nothing_is_left_of_what_was_sent_in_search_of_another_limiter_there_is_none(seed):
    target = VirtualLimiter(Log(5, 1.0), 0.006, seed, loses=0.03)
    answer, _ = identified(target, seed, Budget(150, 900), look_behind=60)
    assert (answer.families, answer.parameters["quota"], answer.behind) == (("sliding_log",), 5, None)

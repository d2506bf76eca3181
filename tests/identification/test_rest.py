"""Where another limiter may have answered, less is asked, and more seldom, until it no longer does."""

import pytest

from harness.identification.budget import Budget
from harness.identification.caution import NEVER, RESTS, SUSPICIOUS, Caution
from harness.identification.rest import SAFE, let_rest
from harness.identification.run import Run
from harness.identification.trace import Observation


def under_way(asked=40, closed_s=9.0):
    run = Run(Budget(900, 900), lambda: 0.5, caution=Caution(wary=True))
    let_in = [Observation(number * 0.1, number * 0.1 + 0.004, True) for number in range(asked)]
    refused = [Observation(4.0 + at, 4.004 + at, False) for at in (0.0, closed_s)]
    run.take([*let_in, *refused])
    return run


def test_what_never_is_wary_never_suspects():
    assert not Caution().suspicious(99, ever_explained=True)


@pytest.mark.parametrize(("explained", "enough"), [(True, SUSPICIOUS), (False, NEVER)])
def test_one_experiment_that_contradicts_is_not_enough(explained, enough):
    caution = Caution(wary=True)
    assert not caution.suspicious(enough - 1, ever_explained=explained)
    assert caution.suspicious(enough, ever_explained=explained)


def test_it_is_let_rest_a_few_times_only():
    assert Caution(wary=True, rests=RESTS - 1).suspicious(SUSPICIOUS, ever_explained=True)
    assert not Caution(wary=True, rests=RESTS).suspicious(99, ever_explained=True)


def test_just_after_the_first_rest_one_is_enough():
    assert Caution(wary=True, rests=1).suspicious(1, ever_explained=True)


def test_the_first_rest_is_as_long_as_it_took_to_meet_it():
    run = under_way()
    before = run.now
    let_rest(run, len(run.trace.observations))
    assert run.now - before == pytest.approx(before, rel=0.01)
    assert run.pace is None


def test_after_that_less_is_asked_than_was_when_it_answered_and_ever_less():
    run = under_way()
    let_rest(run, 42)
    run.take([Observation(run.now, run.now + 0.004, True)] * 30)
    let_rest(run, 72)
    assert run.pace.quota == round(SAFE * 30)
    first = run.pace
    run.take([Observation(run.now, run.now + 0.004, True)] * 90)
    let_rest(run, 162)
    assert (run.pace.quota, run.pace.span) == (first.quota, 2 * first.span)
    assert run.trace.decisions == []
    assert len(run.decided) == 162


def test_what_explained_everything_and_did_not_hold_is_forgotten_at_once():
    run = under_way()
    run.clean, run.explained = (), tuple(run.trace.decisions[:5])
    let_rest(run, 20, wrong=True)
    assert run.pace.quota == round(SAFE * 20)
    assert (run.clean, run.explained, run.trace.decisions) == ((), (), [])

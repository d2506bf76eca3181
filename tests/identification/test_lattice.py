"""Of the periods that a clock may have, all are kept that the openings leave, and no other."""

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.identification.families.aligned_window import AlignedWindow
from harness.identification.fit import fitted
from harness.identification.lattice import lattice
from harness.identification.openings import longest_refusal
from harness.identification.trace import Decision

ROUND_TRIP_S = 0.004


def decided(window, phase, visits, quota=5, polls=12):
    """Whoever comes now and then, each time until it opened: what a window of the clock decides."""
    model, decisions = AlignedWindow(quota, window, phase), []

    def ask(at):
        admitted = model.admits(at + ROUND_TRIP_S / 2)
        model.observe(at + ROUND_TRIP_S / 2, at + ROUND_TRIP_S / 2, admitted)
        decisions.append(Decision(at, at + ROUND_TRIP_S, admitted, len(decisions)))
        return admitted

    for visit in visits:
        now = visit
        while ask(now):
            now += ROUND_TRIP_S
        for _ in range(20 * polls):
            now += window / polls
            if ask(now):
                break
    return decisions


@settings(max_examples=80, deadline=None)
@given(
    window=st.floats(0.5, 30.0),
    phase=st.floats(0.0, 1.0),
    pauses=st.lists(st.floats(1.5, 15.0), min_size=3, max_size=12),
)
def test_the_true_period_is_always_among_them(window, phase, pauses):
    visits = [window * sum(pauses[: number + 1]) for number in range(len(pauses))]
    decisions = decided(window, phase * window, visits)
    assume(longest_refusal(decisions) > 0)  # else nothing says how short it may be, and more are left than are told
    ranges = lattice(decisions)
    assert any(low <= window * 1.000001 and window <= high * 1.000001 for low, high in ranges)


def test_the_longer_it_was_seen_the_fewer_are_left():
    drawn = random.Random(4)
    visits = [20.0 * number + drawn.random() for number in range(12)]
    few, many = lattice(decided(2.0, 0.7, visits[:3])), lattice(decided(2.0, 0.7, visits))
    assert len(few) > len(many) == 1
    assert many[0][1] - many[0][0] < 0.01


def test_a_window_is_found_where_it_was_asked_seldom():
    """Ten windows and more between two visits: the nearest openings leave several, and all together one."""
    drawn = random.Random(4)
    decisions = decided(2.0, 0.7, [23.0 * number + drawn.random() for number in range(10)])
    found = fitted(AlignedWindow, decisions, anew=True)
    assert found.hard == 0
    assert found.parameters["window"] == pytest.approx(2.0, rel=1e-3)


def test_what_keeps_no_clock_leaves_none():
    drawn = random.Random(2)
    decisions, now = [], 0.0
    for number in range(60):
        now += (drawn.uniform(1.0, 3.0), 0.4, 0.02)[number % 3]
        decisions.append(Decision(now, now + ROUND_TRIP_S, number % 3 == 2, number))
    assert not lattice(decisions)


def test_where_any_short_period_would_do_none_is_told():
    drawn = random.Random(2)
    decisions, now = [], 0.0
    for number in range(60):
        now += 0.02 if number % 2 else drawn.uniform(1.0, 3.0)
        decisions.append(Decision(now, now + ROUND_TRIP_S, number % 2 == 1, number))
    assert not lattice(decisions)


@pytest.mark.parametrize("admitted", [(), (True,), (False, True)])
def test_one_opening_tells_nothing(admitted):
    assert lattice([Decision(at, at + 0.1, each, at) for at, each in enumerate(admitted)]) == []

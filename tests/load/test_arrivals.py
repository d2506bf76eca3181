"""Arrivals come when the rate says so: neither early, nor late, nor fewer."""

from itertools import islice, pairwise
from random import Random
from statistics import mean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.load.arrivals import arrivals, endless, ramp, share, spike, steady, steps

SHAPES = {"steady": steady(), "ramp": ramp(), "steps": steps(5), "spike": spike()}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@given(rate=st.floats(0.1, 500), duration_s=st.floats(0.5, 20), poisson=st.booleans(), seed=st.integers(0, 99))
def test_arrivals_ascend_within_the_run_and_are_as_many_as_the_area_says(shape, rate, duration_s, poisson, seed):
    moments = list(arrivals(rate, duration_s, shape, "poisson" if poisson else "constant", Random(seed)))

    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert all(0 <= moment <= duration_s + 1e-6 for moment in moments)
    expected = rate * duration_s * sum(stretch.area for stretch in shape)
    assert abs(len(moments) - expected) <= (6 * expected**0.5 + 6 if poisson else 1.001)


@pytest.mark.parametrize("spacing", ["constant", "poisson"])
def test_a_run_without_an_end_begins_as_one_that_has_one(spacing):
    limited = list(arrivals(7, 20, steady(), spacing, Random(5)))

    assert list(islice(endless(7, spacing, Random(5)), len(limited))) == pytest.approx(limited)


def test_a_constant_rate_is_evenly_spaced_from_the_first_moment_on():
    assert list(arrivals(4, 2, steady())) == pytest.approx([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75])


def test_poisson_arrivals_have_gaps_as_scattered_as_they_are_long():
    gaps = [later - earlier for earlier, later in pairwise(arrivals(100, 200, steady(), "poisson", Random(1)))]

    assert mean(gaps) == pytest.approx(0.01, rel=0.05)
    assert variance(gaps) == pytest.approx(0.01**2, rel=0.1)


def test_a_ramp_reaches_half_its_rate_in_the_middle():
    moments = list(arrivals(100, 100, ramp()))

    assert len([moment for moment in moments if moment < 50]) == pytest.approx(len(moments) / 4, abs=1)
    assert len([moment for moment in moments if 49.5 <= moment < 50.5]) == pytest.approx(50, abs=1)


def test_steps_rise_one_after_the_other():
    moments = list(arrivals(50, 100, steps(5)))

    per_step = [len([m for m in moments if 20 * step <= m < 20 * (step + 1)]) for step in range(5)]
    assert per_step == pytest.approx([200, 400, 600, 800, 1000], abs=1)


def test_a_spike_is_as_many_times_the_rate_around_it():
    moments = list(arrivals(100, 100, spike(10, 0.2)))

    before, during = ([m for m in moments if a <= m < b] for a, b in ((0, 40), (40, 60)))
    assert (len(before), len(during)) == (pytest.approx(400, abs=1), pytest.approx(2000, abs=1))


@given(st.integers(1, 7), st.floats(0.5, 100))
def test_the_shares_of_all_workers_are_all_arrivals(parts, rate):
    whole = list(arrivals(rate, 5, spike(), "poisson", Random(3)))

    shared = [list(share(iter(whole), part, parts)) for part in range(parts)]

    assert sorted(moment for worker in shared for moment in worker) == whole


def test_the_same_dice_give_the_same_arrivals():
    one, same, other = (list(arrivals(50, 5, steady(), "poisson", Random(seed))) for seed in (1, 1, 2))

    assert one == same != other

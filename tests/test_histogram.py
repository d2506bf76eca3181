"""Percentiles are those of the samples, to a microsecond or 0.1 %."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.histogram import CURVE, HIGHEST_US, Histogram, summarise

SAMPLES = st.lists(st.integers(0, 60_000_000_000), min_size=1, max_size=200)


def filled(samples: list[int]) -> Histogram:
    histogram = Histogram()
    for sample in samples:
        histogram.record(sample)
    return histogram


@given(SAMPLES, st.sampled_from((50, 90, 95, 99, 99.9)))
def test_a_percentile_is_that_of_the_sorted_samples(samples, percentile):
    exact = sorted(samples)[max(0, ceil(round(len(samples) * percentile / 100, 6)) - 1)] / 1e6

    assert filled(samples).percentile(percentile) == pytest.approx(exact, rel=1e-3, abs=2e-3)


@given(SAMPLES)
def test_count_extremes_and_mean_are_exact(samples):
    summary = filled(samples).summary()

    assert summary is not None
    assert summary.count == len(samples)
    assert (summary.min, summary.max) == (round(min(samples) / 1e6, 3), round(max(samples) / 1e6, 3))
    assert summary.mean == pytest.approx(sum(samples) / len(samples) / 1e6, abs=1e-3)


@given(SAMPLES)
def test_percentiles_rise_and_stay_within_the_extremes(samples):
    curve = filled(samples).curve()
    values = [value for _, value in curve]

    assert [percentile for percentile, _ in curve] == list(CURVE)
    assert values == sorted(values)
    assert min(samples) / 1e6 - 1e-3 <= values[0]
    assert values[-1] <= max(samples) / 1e6 + 1e-3


@given(SAMPLES)
def test_a_few_samples_at_hand_are_summed_up_as_the_histogram_would(samples):
    by_hand, by_histogram = summarise(samples), filled(samples).summary()

    assert by_hand is not None
    assert by_histogram is not None
    assert by_hand.count == by_histogram.count
    assert by_hand.p99 == pytest.approx(by_histogram.p99, rel=1e-3, abs=2e-3)


def test_no_sample_makes_no_summary():
    assert Histogram().summary() is None
    assert Histogram().curve() == []
    assert summarise([]) is None


def test_a_sample_beyond_the_range_is_kept_in_count_and_maximum():
    beyond = HIGHEST_US * 1000 * 3
    summary = filled([1000, beyond]).summary()

    assert summary is not None
    assert (summary.count, summary.max) == (2, beyond / 1e6)


def test_a_negative_sample_shows_in_the_minimum():
    summary = filled([-5_000_000, 1_000_000]).summary()

    assert summary is not None
    assert summary.min == -5.0

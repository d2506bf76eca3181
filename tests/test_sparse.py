"""The sparse histogram is an HDR histogram: the same buckets, merged and sent without loss."""

import json

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from harness.histogram import HIGHEST_US, Histogram
from harness.sparse import SparseHistogram

SAMPLES = st.lists(st.integers(-1_000_000, 5_000_000_000_000), max_size=100)
DIGITS = st.sampled_from((2, 3))


def filled(samples: list[int], digits: int = 3) -> SparseHistogram:
    histogram = SparseHistogram(digits)
    for sample in samples:
        histogram.record(sample)
    return histogram


@given(st.integers(0, HIGHEST_US), DIGITS)
def test_a_value_falls_into_the_bucket_that_it_has_in_an_hdr_histogram(microseconds, digits):
    reference = HdrHistogram(1, HIGHEST_US, digits)
    reference.record_value(microseconds)
    ours = filled([microseconds * 1000], digits)

    (index,) = ours._counts
    assert reference.get_count_at_index(index) == 1
    assert ours._highest_us(index) == reference.get_highest_equivalent_value(microseconds)


@given(SAMPLES)
def test_its_summary_is_that_of_the_full_histogram(samples):
    full = Histogram()
    for sample in samples:
        full.record(sample)

    assert filled(samples).summary() == full.summary()


@given(SAMPLES, SAMPLES, DIGITS)
def test_merged_it_is_as_if_all_had_been_recorded_in_one(some, others, digits):
    merged = filled(some, digits)
    merged.merge(filled(others, digits))

    assert merged.to_json() == filled(some + others, digits).to_json()


@given(SAMPLES, DIGITS)
def test_it_comes_back_from_json_as_it_was(samples, digits):
    histogram = filled(samples, digits)
    data = json.loads(json.dumps(histogram.to_json()))

    again = SparseHistogram.from_json(data)
    assert again.to_json() == histogram.to_json()
    assert again.summary() == histogram.summary()


@given(SAMPLES, SAMPLES, DIGITS)
def test_what_is_taken_out_again_leaves_what_was_there_before(some, others, digits):
    histogram, rest = filled(some, digits), filled(some, digits)
    histogram.merge(filled(others, digits))

    histogram.subtract(filled(others, digits), [rest])

    assert histogram.to_json() == rest.to_json()


def test_histograms_of_different_digits_are_not_mixed():
    with pytest.raises(AssertionError):
        filled([1], 2).merge(filled([1], 3))

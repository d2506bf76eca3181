"""The buckets of a policy: one a key, each on its own, and only so many."""

import math

import pytest

from harness.sandbox.limiter.buckets import Buckets
from harness.sandbox.limiter.families.concurrency import Concurrency
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from harness.sandbox.limiter.family import NS


def test_each_key_has_a_bucket_of_its_own():
    buckets = Buckets(TokenBucket(rate_per_s=1, burst=1))

    assert buckets.decide("one", 0).admitted
    assert not buckets.decide("one", 0).admitted
    assert buckets.decide("two", 0).admitted


def test_the_key_that_was_not_used_for_longest_is_forgotten_when_there_are_too_many():
    buckets = Buckets(FixedWindow(limit=1, window_s=60), bound=2)
    for key in ("one", "two", "one", "three"):
        buckets.decide(key, 0)

    assert list(buckets.shown()) == ["three", "one"]
    assert not buckets.decide("one", 0).admitted
    assert buckets.decide("two", 0).admitted


def test_the_end_of_a_request_whose_key_was_forgotten_is_no_error():
    buckets = Buckets(Concurrency(limit=1), bound=1)
    buckets.decide("one", 0)
    buckets.decide("two", 0)
    buckets.end("one")

    assert buckets.shown() == {"two": 1}


@pytest.mark.parametrize("rate", [0.1, 0.3, 1, 3, 7, 1000])
@pytest.mark.parametrize("burst", [1, 2, 10])
def test_whoever_waits_for_whole_seconds_is_admitted_and_whoever_comes_at_once_is_not(rate, burst):
    buckets = Buckets(TokenBucket(rate, burst))
    now_ns = 0
    for _ in range(50):
        while (decision := buckets.decide("key", now_ns)).admitted:
            pass
        now_ns += math.ceil(decision.next_s) * NS

        assert buckets.decide("key", now_ns).admitted

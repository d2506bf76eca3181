"""What holds for a family whatever is asked of it, found by hypothesis."""

import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.sandbox.limiter.families import catalogue
from harness.sandbox.limiter.families.concurrency import Concurrency
from harness.sandbox.limiter.families.first_hit_window import FirstHitWindow
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.none import NoLimit
from harness.sandbox.limiter.families.penalty_block import PenaltyBlock
from harness.sandbox.limiter.families.quantised_bucket import QuantisedBucket
from harness.sandbox.limiter.families.queueing_bucket import QueueingBucket
from harness.sandbox.limiter.families.reject_log import RejectLog
from harness.sandbox.limiter.families.sliding_counter import SlidingCounter
from harness.sandbox.limiter.families.sliding_log import SlidingLog
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from harness.sandbox.limiter.family import NS
from tests.sandbox.limiter.timeline import EPOCH_NS, Bucket

# By which a token bucket may be early: its EPSILON, at the slowest rate that is tried here.
HAIR_NS = 10

limits = st.integers(1, 12)
windows = st.sampled_from([0.1, 0.5, 1.0, 3.0, 7.3])
# Of requests, in ns: bursts, the usual, and gaps as long as some window.
gaps = st.lists(st.one_of(st.just(0), st.integers(0, NS // 5), st.integers(0, 9 * NS)), min_size=1, max_size=60)

FAMILIES = {
    FixedWindow: st.builds(FixedWindow, limits, windows),
    FirstHitWindow: st.builds(FirstHitWindow, limits, windows),
    SlidingLog: st.builds(SlidingLog, limits, windows),
    RejectLog: st.builds(RejectLog, limits, windows),
    SlidingCounter: st.builds(SlidingCounter, limits, windows, st.sampled_from(["exact", "down"])),
    TokenBucket: st.builds(TokenBucket, st.sampled_from([0.3, 1.0, 7.0, 20.0]), limits),
    QuantisedBucket: st.builds(QuantisedBucket, limits, st.integers(1, 4), windows),
    PenaltyBlock: st.builds(PenaltyBlock, limits, windows, windows, st.sampled_from(["no", "yes"])),
    QueueingBucket: st.builds(QueueingBucket, st.sampled_from([0.3, 1.0, 7.0, 20.0]), limits),
    Concurrency: st.builds(Concurrency, limits),
    NoLimit: st.builds(NoLimit),
}
anything = st.one_of(*FAMILIES.values())


def moments(steps):
    """In ns, one after the other."""
    now_ns = EPOCH_NS
    for step in steps:
        now_ns += step
        yield now_ns


def admitted(family, steps):
    """When requests were let through, in ns."""
    bucket = Bucket(family)
    asked = [(now_ns, bucket.ask_ns(now_ns)) for now_ns in moments(steps)]
    return [now_ns + round(decision.delay_s * NS) for now_ns, decision in asked if decision.admitted]


def most_within(times, span_ns):
    """The largest number of moments in any half-open span so long."""
    return max((sum(start <= each < start + span_ns for each in times) for start in times), default=0)


def test_every_family_is_tried_here():
    assert set(FAMILIES) == set(catalogue().values())


@given(st.one_of(FAMILIES[SlidingLog], FAMILIES[RejectLog]), gaps)
def test_a_log_admits_no_more_than_its_limit_in_any_window(family, steps):
    assert most_within(admitted(family, steps), round(family.window_s * NS)) <= family.limit


@given(st.one_of(FAMILIES[FixedWindow], FAMILIES[FirstHitWindow], FAMILIES[PenaltyBlock]), gaps)
def test_a_fixed_window_admits_no_more_than_twice_its_limit_in_any_span_so_long(family, steps):
    assert most_within(admitted(family, steps), round(family.window_s * NS)) <= 2 * family.limit


@given(FAMILIES[FixedWindow], gaps)
def test_a_window_of_the_clock_admits_no_more_than_its_limit(family, steps):
    window_ns = round(family.window_s * NS)
    numbers = [moment // window_ns for moment in admitted(family, steps)]

    assert all(numbers.count(number) <= family.limit for number in numbers)


@given(FAMILIES[TokenBucket], gaps)
def test_a_token_bucket_admits_no_more_than_its_burst_and_what_dripped_in_since(family, steps):
    times = admitted(family, steps)
    for first, start in enumerate(times):
        for last, end in enumerate(times[first:], first):
            assert last - first + 1 <= family.burst + (end - start) / NS * family.rate_per_s + 1e-6


@given(FAMILIES[QuantisedBucket], gaps)
def test_a_quantised_bucket_admits_no_more_than_its_burst_and_a_refill_a_tick(family, steps):
    interval_ns = round(family.interval_s * NS)
    times = admitted(family, steps)
    for first, start in enumerate(times):
        for last, end in enumerate(times[first:], first):
            assert last - first + 1 <= family.burst + family.refill * (end // interval_ns - start // interval_ns)


@given(FAMILIES[QueueingBucket], gaps)
def test_what_a_queue_lets_through_is_never_closer_than_its_rate(family, steps):
    times = admitted(family, steps)

    assert all(later - sooner >= round(NS / family.rate_per_s) - 1 for sooner, later in pairwise(times))


@given(FAMILIES[SlidingCounter], gaps)
def test_a_sliding_counter_admits_no_more_than_its_limit_in_a_window_of_the_clock(family, steps):
    window_ns = round(family.window_s * NS)
    numbers = [moment // window_ns for moment in admitted(family, steps)]

    assert all(numbers.count(number) <= family.limit for number in numbers)


@given(limits, st.lists(st.booleans(), max_size=60))
def test_never_more_than_the_limit_are_under_way_at_one_time(limit, begins):
    bucket, under_way = Bucket(Concurrency(limit)), 0
    for begin in begins:
        if begin:
            let_in = bucket.ask(0).admitted
            assert let_in == (under_way < limit)
            under_way += let_in
        elif under_way:
            bucket.end()
            under_way -= 1


@settings(max_examples=300)
@given(anything, gaps)
def test_whoever_waits_until_the_next_is_admitted_and_whoever_comes_just_before_is_not(family, steps):
    bucket = Bucket(family)
    for now_ns in moments(steps):
        next_s = bucket.ask_ns(now_ns).next_s
        if next_s is None:
            continue
        next_ns = now_ns + math.ceil(next_s * NS)
        assert bucket.look_ns(next_ns + 1).admitted  # a nanosecond for what floating point lost
        if next_ns - now_ns > HAIR_NS:
            assert not bucket.look_ns(next_ns - HAIR_NS).admitted


@settings(max_examples=300)
@given(anything, gaps)
def test_what_is_said_to_remain_can_be_used_at_once_and_no_more(family, steps):
    bucket = Bucket(family)
    for now_ns in moments(steps):
        remaining = bucket.ask_ns(now_ns).remaining
    if isinstance(family, NoLimit):
        return
    at_once = [bucket.ask_ns(now_ns).admitted for _ in range(remaining + 1)]

    assert at_once == [True] * remaining + [False]


@settings(max_examples=300)
@given(anything, gaps)
def test_after_the_reset_all_of_the_limit_is_there_again(family, steps):
    bucket = Bucket(family)
    for now_ns in moments(steps):
        decision = bucket.ask_ns(now_ns)
    if decision.reset_s is None:
        return
    later_ns = now_ns + math.ceil(decision.reset_s * NS) + 2

    assert all(bucket.ask_ns(later_ns).admitted for _ in range(decision.limit))


@given(anything, gaps)
def test_a_decision_changes_no_state_that_it_was_given(family, steps):
    bucket = Bucket(family)
    for now_ns in moments(steps):
        bucket.ask_ns(now_ns)
        before = repr(bucket.state)
        first = bucket.look_ns(now_ns)
        assert (repr(bucket.state), bucket.look_ns(now_ns)) == (before, first)

"""Families that are not the answer, though they were never fitted."""

from harness.identification.bank import Bank
from harness.identification.budget import Budget
from harness.identification.families import FAMILIES
from harness.identification.families.token_bucket import TokenBucket
from harness.identification.fit import Fit
from harness.identification.parallel import CONCURRENCY, QUEUEING, Parallel
from harness.identification.run import Run
from harness.identification.trace import Observation, Trace
from harness.limits.ruled_out import SHAPELESS, ruled_out


def run_of(*groups):
    """Of observations that were sent at once; a token bucket alone was fitted to them."""
    trace = Trace()
    for group in groups:
        trace.add(group)
    fits = [Fit(TokenBucket, {"quota": 2, "interval": 1.0}, 0, 0.0)]
    return Run(Budget(), float, trace, Bank(fits))


def at_once(at, admitted, refused, lasting=0.01):
    return [Observation(at, at + lasting, number < admitted) for number in range(admitted + refused)]


def line(at, count):
    """Let out one after the other, at an even pace: two a second."""
    return [Observation(at, at + 0.5 * (number + 1), True) for number in range(count)]


def told(run):
    return {each.family: each.why for each in ruled_out(run)}


def test_a_family_without_parameters_has_a_shape_that_nothing_seen_has():
    found = told(run_of(at_once(0, 2, 1)))
    assert {family.family for family in FAMILIES} - found.keys() == {"token_bucket"}
    assert found["sliding_counter"] == SHAPELESS


def test_it_is_no_limit_of_requests_under_way_where_single_requests_were_refused():
    assert CONCURRENCY in told(run_of(at_once(0, 2, 1), at_once(1, 0, 1)))
    assert CONCURRENCY not in told(run_of(at_once(0, 2, 1), at_once(1, 0, 2)))


def test_it_is_no_queue_where_no_request_waited():
    assert "within 10 ms" in told(run_of(at_once(0, 2, 1)))[QUEUEING]
    assert QUEUEING not in told(run_of(line(0, 5), at_once(1, 0, 1)))


def test_a_target_that_takes_its_time_over_each_is_no_queue():
    quick = [Observation(5.0, 5.0 + 0.01 * (number + 1), True) for number in range(8)]
    assert "answered within 80 ms" in told(run_of(quick, at_once(9, 2, 1)))[QUEUEING]


def test_nothing_is_ruled_out_where_only_groups_meet_the_limiter():
    run = run_of(at_once(0, 2, 1))
    run.parallel = Parallel(CONCURRENCY, {"quota": 2}, 1.0)
    assert told(run) == {}

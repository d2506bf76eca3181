"""What is told of a sender is what was seen, with the time in which it was seen."""

import pytest

from harness.conformance.attempts import (
    attempts,
    described,
    gaps_s,
    latencies,
    least_watched_s,
    order,
    schedule,
    sorted_out,
    telling,
    told_to_wait,
)
from tests.conformance.fabricated import arrival

SECOND = 1_000_000_000
MS = 1_000_000


def call(at_s, content="Hi", **fields):
    return arrival(content=content, at=int(at_s * SECOND), **fields)


def test_another_part_of_an_answer_is_no_further_attempt():
    first, part, again = call(1), call(2, "And another thing"), call(3)

    assert attempts([first, part, again]) == [first, again]


def test_an_attempt_that_differs_in_its_bytes_alone_is_one():
    calls = [call(1, digest="a"), call(2, digest="b")]

    assert attempts(calls) == calls


def test_calls_without_content_are_told_apart_by_their_bytes():
    first, other = call(1, body="no json", digest="a"), call(2, body="no json at all", digest="b")

    assert attempts([first, other, first]) == [first, first]


def test_of_nothing_there_are_no_attempts():
    assert attempts([]) == []


def test_the_pauses_are_those_between_the_starts_of_calls():
    assert gaps_s([call(1), call(1.2), call(2.345)]) == [0.2, 1.15]


def test_a_case_is_described_with_the_time_for_which_it_was_watched():
    assert described([call(1, status=500), call(1.5, status=0), call(3)], 7 * SECOND) == {
        "attempts": 3,
        "gaps_s": [0.5, 1.5],
        "answered": [500, "reset", 200],
        "watched_s": 6.0,
    }


def test_cases_are_sorted_by_whether_another_attempt_came():
    cases = {"500": [call(1), call(2)], "200": [call(1)], "503": [call(1), call(2), call(3)]}

    assert sorted_out(cases) == (["500", "503"], ["200"])


def test_a_call_that_came_just_before_the_end_tells_nothing_by_itself():
    cases = {"late": [call(6.5)], "late but again": [call(6.5), call(6.6)], "in time": [call(6)]}

    assert list(telling(cases, 7 * SECOND)) == ["late but again", "in time"]


def test_none_within_is_told_of_the_case_that_was_watched_least():
    assert least_watched_s([[call(1)], [call(4), call(5)]], 7 * SECOND) == 3.0


def test_a_99th_percentile_takes_a_hundred_samples():
    few, many = latencies([MS] * 98 + [9 * MS]), latencies([MS] * 98 + [5 * MS, 9 * MS])

    assert few == {"count": 99, "p50_ms": 1.0, "max_ms": 9.0}
    assert many == {"count": 100, "p50_ms": 1.0, "p99_ms": 5.0, "max_ms": 9.0}


def test_the_schedule_is_that_of_all_sessions_and_one_that_was_accepted_was_due_no_other_call():
    failing = [call(at, status=500) for at in (1, 1.5, 2.5, 4.5)]
    served = [call(1, status=500), call(1.5, status=200)]

    found = schedule([failing, served], 10 * SECOND)

    assert (found.shape, found.first_s, found.factor, found.rows) == ("exponential", 0.5, 2.0, 2)
    assert found.quiet_s == 5.5
    assert schedule([served], 10 * SECOND).quiet_s is None


BESIDE = [call(0), call(0.5, "Another")]


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        ([call(0), call(1)], "unseen"),
        ([call(0), call(0.5, "Another"), call(1)], "passed"),
        ([call(0), call(1), call(2, "Another")], "after"),
        ([call(0), call(0.2), call(0.4), call(0.6, "Another")], "unknown"),
    ],
)
def test_which_of_two_replies_waits_for_the_other(calls, found):
    assert order(calls, BESIDE, 10 * SECOND) == found


def test_a_reply_that_was_not_due_or_cannot_be_told_from_the_first_does_not_wait_for_it():
    failing = [call(0), call(0.5), call(1)]

    assert order(failing, [call(0)], 10 * SECOND) == "unknown"
    assert order(failing, [call(0), call(0.6)], 10 * SECOND) == "unknown"
    assert order(failing, [call(0), call(9.9, "Another")], 10 * SECOND) == "unknown"


@pytest.mark.parametrize(
    ("plain", "told", "found"),
    [
        ([0, 0.5], [0, 3.1], "obeyed"),
        ([0, 0.5], [0, 2.9], "obeyed"),
        ([0, 0.5], [0, 0.6], "ignored"),
        ([0, 0.5], [0], "unseen"),
        ([0], [0, 3.1], "unknown"),
        ([0, 4], [0, 4], "unknown"),
        # As late as it would have come by itself, but for the clock.
        ([0, 2.85], [0, 2.86], "unknown"),
    ],
)
def test_what_a_retry_after_did_is_told_beside_what_came_without(plain, told, found):
    assert told_to_wait([call(at) for at in plain], [call(at) for at in told], 3.0, 10 * SECOND) == found


def test_a_sender_with_so_much_jitter_that_it_may_come_as_late_by_itself_is_not_said_to_obey():
    plain, told, other = [call(0), call(2.2)], [call(0), call(3.4)], [call(0), call(3.7)]

    assert told_to_wait(plain, told, 3.0, 10 * SECOND) == "obeyed"
    assert told_to_wait(plain, told, 3.0, 10 * SECOND, others=[other, [call(0)]]) == "unknown"
    # Even so: before the time that it was told is before it.
    assert told_to_wait(plain, [call(0), call(2.2)], 3.0, 10 * SECOND, others=[other]) == "ignored"


def test_who_was_not_watched_for_long_enough_is_not_said_to_stay_away():
    assert told_to_wait([call(0), call(0.5)], [call(0)], 3.0, 2 * SECOND) == "unknown"

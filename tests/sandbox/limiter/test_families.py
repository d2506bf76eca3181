"""What each family of limiters admits, request by request, on a virtual clock."""

import pytest

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
from tests.sandbox.limiter.timeline import Bucket, decisions, verdicts

# Seconds after an edge of the clock's windows, and what becomes of each request.
TABLE = [
    ("a window of the clock ends at its edge, wherever it was entered", FixedWindow(2, 3), [2.9, 2.9, 2.99, 3], "aara"),
    ("twice the quota around an edge", FixedWindow(3, 3), [2.9, 2.9, 2.9, 3, 3, 3, 3.1], "aaaaaar"),
    ("nothing of a window is carried into a later one", FixedWindow(2, 3), [0, 9, 9, 9], "aaar"),
    ("a window from the first hit has no edge of the clock", FirstHitWindow(2, 3), [2.9, 2.9, 3, 5.89, 5.9], "aarra"),
    ("the next window begins with a hit, not with the end of the last", FirstHitWindow(1, 3), [0, 5, 7.9, 8], "aara"),
    ("a sliding log repeats the shape of the burst", SlidingLog(3, 3), [0, 1, 2, 2.9, 3, 3, 4, 4.9, 5], "aaararara"),
    ("a refusal leaves no trace in a sliding log", SlidingLog(1, 3), [0, 1, 2, 2.9, 3], "arrra"),
    ("a log that counts rejects lets nobody in who polls", RejectLog(2, 3), [0, 0, 1, 2, 3, 4, 5, 6], "aarrrrrr"),
    ("silence of a window recovers a log that counts rejects", RejectLog(2, 3), [0, 0, 1, 4, 4, 4], "aaraar"),
    ("only the last refusals count", RejectLog(2, 3), [0, 0, 0, 0, 0, 2, 3, 3], "aarrrrar"),
    (
        "the last window counts for the part that still overlaps",
        SlidingCounter(4, 4),
        [0, 0, 0, 0, 0, 4, 4.9, 5, 5, 6, 6.5, 7, 8],
        "aaaarrrararaa",
    ),
    ("its fraction is dropped to round down", SlidingCounter(4, 4, "down"), [0, 0, 0, 0, 4, 4.001, 4.001], "aaaarar"),
    ("two windows of the clock later all is new", SlidingCounter(2, 4), [3, 3, 8, 8, 8], "aaaar"),
    ("tokens drip in one by one", TokenBucket(2, 3), [0, 0, 0, 0, 0.4, 0.5, 0.5, 1, 1], "aaarrarar"),
    ("a bucket never holds more than its burst", TokenBucket(2, 3), [0, 1000, 1000, 1000, 1000], "aaaar"),
    ("a refusal takes no token", TokenBucket(1, 1), [0, 0.2, 0.4, 0.6, 0.8, 1], "arrrra"),
    (
        "tokens come together, at ticks of the clock",
        QuantisedBucket(4, 2, 1),
        [0.7, 0.7, 0.7, 0.7, 0.7, 0.99, 1, 1, 1, 1.9, 2],
        "aaaarraarra",
    ),
    ("ticks fill no bucket beyond its burst", QuantisedBucket(3, 2, 1), [0, 9, 9, 9, 9], "aaaar"),
    ("one too many blocks all that follows", PenaltyBlock(2, 1, 5), [0, 0, 0.5, 1.5, 5.4, 5.5, 5.5, 5.5], "aarrraar"),
    ("refusals do not make a block longer", PenaltyBlock(1, 1, 3), [0, 0.1, 1, 2, 3, 3.1], "arrrra"),
    ("unless the block is renewed", PenaltyBlock(1, 1, 3, "yes"), [0, 0.1, 1, 3.9, 6.9, 7.0], "arrrar"),
    ("who stays within the quota is never blocked", PenaltyBlock(2, 1, 5), [0, 0.5, 1, 1.5, 2, 2.5], "aaaaaa"),
    ("a queue holds its burst beside what passes", QueueingBucket(2, 3), [0, 0, 0, 0, 0, 0.4, 0.5, 1], "adddrrdd"),
    ("what comes no faster than the rate is not delayed", QueueingBucket(2, 1), [0, 0.5, 1, 1.5], "aaaa"),
    ("a serial client meets no limit on concurrency unless nothing ends", Concurrency(2), [0, 1, 2, 9], "aarr"),
    ("without a limit all is admitted", NoLimit(), [0] * 50, "a" * 50),
]  # fmt: skip


@pytest.mark.parametrize(("family", "seconds", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_a_family_admits(family, seconds, expected):
    assert verdicts(family, seconds) == expected


def test_a_queue_delays_by_a_staircase_of_the_rate():
    delays = [decision.delay_s for decision in decisions(QueueingBucket(rate_per_s=4, burst=3), [0, 0, 0, 0, 0])]

    assert delays == [0, 0.25, 0.5, 0.75, 0]


def test_an_end_makes_room_for_another_at_the_same_time():
    bucket = Bucket(Concurrency(limit=2))
    before = [bucket.ask(0).admitted for _ in range(3)]
    bucket.end()

    assert before == [True, True, False]
    assert [bucket.ask(0).admitted for _ in range(2)] == [True, False]


def test_when_the_next_is_admitted_is_known_of_every_family_but_concurrency():
    full = decisions(Concurrency(1), [0, 0])

    assert [decision.next_s for decision in full] == [None, None]
    assert [decision.next_s for decision in decisions(FixedWindow(2, 3), [1, 1, 1.5])] == [0, 2, 1.5]
    assert [decision.next_s for decision in decisions(SlidingLog(2, 3), [0, 1, 1.5])] == [0, 2, 1.5]
    assert [decision.next_s for decision in decisions(PenaltyBlock(1, 2, 9), [0, 0.5, 1.5])] == [2, 9, 8]
    assert [decision.next_s for decision in decisions(QueueingBucket(2, 1), [0, 0, 0.2])] == [0, 0.5, 0.3]


def test_the_sliding_counter_is_dead_for_a_part_of_a_window_and_then_lets_in_one_by_one():
    """Dead time far above the gap: what tells it from a token bucket."""
    bucket = Bucket(SlidingCounter(limit=10, window_s=10))
    admitted = [moment / 10 for moment in range(200) if bucket.ask(moment / 10).admitted]

    assert admitted == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, *range(11, 20)]

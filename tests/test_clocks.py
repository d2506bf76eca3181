"""Two clocks are compared by asking, and the answer comes with the bound of its error."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from harness.clocks import ENOUGH, SECOND, Comparison

MS = 1_000_000


def compared(offset, drift_ppm, trips, every=SECOND // 2):
    """The comparison after these round trips, (there, back) in ns, and the true offset at a moment of ours."""

    def theirs(at):
        return at + offset + at * drift_ppm // 1_000_000

    comparison, now = Comparison(), 0
    for there, back in trips:
        comparison.enter(now, theirs(now + there), now + there + back)
        now += every
    return comparison, lambda at: theirs(at) - at


def test_equal_ways_there_and_back_give_the_offset_exactly():
    comparison, _ = compared(5_000 * SECOND, 0, [(MS, MS)] * ENOUGH)

    assert comparison.offset(0) == 5_000 * SECOND
    assert comparison.bound <= MS


def test_it_is_not_ready_before_enough_was_asked():
    assert not compared(1, 0, [(MS, MS)] * (ENOUGH - 1))[0].ready


def test_the_quickest_exchange_decides_the_bound():
    slow, quick = (20 * MS, 5 * MS), (60_000, 40_000)

    comparison, true = compared(-7 * SECOND, 0, [quick, *[slow] * (ENOUGH - 1)])

    assert comparison.bound < MS / 2 + 50_000
    assert abs(comparison.offset(0) - true(0)) <= comparison.bound


@given(
    offset=st.integers(-(10**15), 10**15),
    drift=st.integers(-90, 90),
    seed=st.integers(0, 1000),
    count=st.integers(ENOUGH, 300),
)
def test_the_truth_lies_within_the_bound_whatever_the_ways_are(offset, drift, seed, count):
    dice = Random(seed)
    trips = [(dice.randint(10_000, 30 * MS), dice.randint(10_000, 30 * MS)) for _ in range(count)]

    comparison, true = compared(offset, drift, trips)

    begin = (ENOUGH - 1) * SECOND // 2
    for at in range(begin, count * SECOND // 2, SECOND):
        between = 2 * 100_000  # two moments of comparison: clocks drift on
        assert abs(comparison.offset(at) - true(at)) <= comparison.bound + between


@given(seed=st.integers(0, 1000), moments=st.lists(st.integers(0, 100 * SECOND), min_size=2, max_size=50))
def test_moments_stay_in_their_order(seed, moments):
    dice = Random(seed)
    comparison, _ = compared(0, 50, [(dice.randint(1000, 50 * MS), dice.randint(1000, 50 * MS)) for _ in range(200)])

    moments = sorted(moments)
    there = [at + comparison.offset(at) for at in moments]

    assert there == sorted(there)


def test_a_clock_that_was_set_is_followed():
    comparison, _ = compared(0, 0, [(MS, MS)] * 20)

    comparison.enter(20 * SECOND, 20 * SECOND + MS + 3600 * SECOND, 20 * SECOND + 2 * MS)

    assert comparison.bound > 3000 * SECOND

"""The schedule of a sender is told from its gaps, and no more is said than they tell."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.schedule import Row, Schedule, fit

firsts = st.floats(0.2, 10)
factors = st.floats(1.3, 4)
numbers = st.integers(3, 7)


def of(*gaps_s: float, quiet_s: float = 4.0) -> Schedule:
    return fit([Row(gaps_s, quiet_s)])


@given(firsts, st.integers(2, 8))
def test_equal_gaps_are_constant(first: float, number: int) -> None:
    found = of(*[first] * number)

    assert found.shape == "constant"
    assert found.first_s == pytest.approx(first, abs=0.001)


@given(firsts, factors, numbers)
def test_gaps_that_grow_by_a_factor_are_exponential(first: float, factor: float, number: int) -> None:
    found = of(*[first * factor**place for place in range(number)])

    assert found.shape == "exponential"
    assert found.first_s == pytest.approx(first, abs=0.002)
    assert found.factor == pytest.approx(factor, abs=0.01)
    assert found.longest_s is None


@given(firsts, st.floats(1.5, 4), st.integers(2, 5), st.integers(2, 4))
def test_growth_that_ends_has_a_longest_gap(first: float, factor: float, rising: int, capped: int) -> None:
    longest = first * factor ** (rising - 0.5)
    found = of(*[min(longest, first * factor**place) for place in range(rising + capped)])

    assert found.shape == "exponential"
    assert found.longest_s == pytest.approx(longest, rel=0.05)


@given(st.lists(st.tuples(*[st.floats(0.5, 1.0)] * 4), min_size=2, max_size=9), firsts)
def test_jitter_is_never_more_than_there_was(shares: list[tuple[float, ...]], first: float) -> None:
    found = fit([Row(tuple(first * 2**place * share for place, share in enumerate(row)), 4.0) for row in shares])

    assert found.jitter is not None
    assert 0 <= found.jitter <= 0.501
    assert found.rows == len(shares)


def watched(seed: int, first: float, factor: float, longest: float, attempts: int = 1000) -> list[Row]:
    """Eight sessions of a sender whose gaps are up to half shorter, as the gate watches them for 7.5 s: six fail all
    the time, one three times, one once."""
    dice = random.Random(seed)

    def row(fail: int) -> Row:
        gaps: list[float] = []
        while len(gaps) + 1 < attempts:
            gap = min(longest, first * factor ** len(gaps)) * dice.uniform(0.5, 1.0) + dice.uniform(0.001, 0.015)
            if sum(gaps) + gap > 7.5:
                break
            gaps.append(round(gap, 2))
            if len(gaps) == fail:
                return Row(tuple(gaps), None)
        return Row(tuple(gaps), 7.5 - sum(gaps))

    return [row(fail) for fail in (*[1000] * 6, 3, 1)]


def whole(found: Schedule, seconds: float | None) -> float | None:
    """Of a middle, the longest."""
    return seconds and seconds / (1 - (found.jitter or 0.0) / 2)


@pytest.mark.parametrize("seed", range(20))
def test_a_longest_gap_and_an_end_show_although_gaps_differ_by_jitter(seed: int) -> None:
    found = fit(watched(seed, first=0.5, factor=2.0, longest=2.0, attempts=5))

    assert (found.shape, found.attempts) == ("exponential", 5)
    assert found.factor == pytest.approx(2.0, rel=0.25)
    assert whole(found, found.first_s) == pytest.approx(0.5, rel=0.25)
    assert whole(found, found.longest_s) == pytest.approx(2.0, rel=0.15)


@pytest.mark.parametrize("seed", range(20))
def test_gaps_that_are_mostly_too_long_to_be_seen_are_not_taken_for_the_longest(seed: int) -> None:
    found = fit(watched(seed, first=0.2, factor=2.0, longest=60.0))

    assert (found.shape, found.longest_s, found.attempts) == ("exponential", None, None)
    assert found.factor == pytest.approx(2.0, rel=0.15)


def test_jitter_that_leaves_nothing_of_a_gap_hides_no_schedule() -> None:
    dice = random.Random(1)
    rows = [Row(tuple(round(dice.uniform(0.0, 0.3), 2) for _ in range(20)), 0.1) for _ in range(6)]

    assert min(min(row.gaps_s) for row in rows) == 0
    assert fit(rows).shape == "constant"


def test_a_sender_that_goes_on_is_not_said_to_have_ended() -> None:
    assert not any(fit(watched(seed, first=0.5, factor=2.0, longest=2.0)).attempts for seed in range(20))


def test_the_noise_of_a_machine_is_no_jitter() -> None:
    assert fit([Row((0.2, 0.21), 4.0), Row((0.205, 0.2), 4.0)]).jitter == 0


def test_one_session_does_not_tell_jitter() -> None:
    assert of(0.2, 0.4, 0.8).jitter is None


def test_gaps_of_no_rule_are_a_table() -> None:
    assert of(0.2, 1.0, 0.4, 3.0).shape == "table"


def test_two_gaps_that_differ_fit_every_growth_and_so_tell_none() -> None:
    assert of(0.2, 0.4).shape == "table"


def test_one_gap_is_not_yet_constant() -> None:
    assert of(0.2).shape == "table"


def test_no_second_call_is_censored_and_not_absent() -> None:
    found = fit([Row((), 4.0), Row((), 3.5)])

    assert (found.shape, found.quiet_s, found.first_s) == ("unseen", 3.5, None)


def test_a_schedule_is_told_in_words() -> None:
    assert of(0.2, 0.2, quiet_s=0.1).words == "constant, 0.2 s"
    assert of(0.2, 0.2).words == "constant, 0.2 s; after 3 attempts no other came within 4 s"
    assert of(0.2, 0.4, 0.8, quiet_s=1.0).words == "exponential, 0.2 s times 2 each"
    assert of(0.2, 0.4, 0.8, 0.8, 0.8, quiet_s=0.5).words == "exponential, 0.2 s times 2 each, at most 0.8 s"
    assert of(0.2, 1.0).words == "0.2, 1 s, in which no simpler rule was found"
    assert fit([Row((1.0, 1.0), 0.4), Row((0.5, 0.5), 0.4)]).words == (
        "constant, 0.75 s (medians: with jitter, the same gap was up to 50 % shorter in one session than in another)"
    )

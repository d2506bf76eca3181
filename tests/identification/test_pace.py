"""Whatever limiter it is, and wherever its edges lie: what keeps the pace of it is never refused."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from harness.identification.families.aligned_window import AlignedWindow
from harness.identification.families.first_hit_window import FirstHitWindow
from harness.identification.families.model import Model
from harness.identification.families.quantised_bucket import QuantisedBucket
from harness.identification.families.sliding_counter import SlidingCounter
from harness.identification.families.sliding_log import SlidingLog
from harness.identification.families.token_bucket import TokenBucket
from harness.identification.fit import Fit
from harness.identification.pace import Pace

ROUND_TRIP_S = 0.004
FITS: list[tuple[type[Model], dict[str, Any]]] = [
    (TokenBucket, {"quota": 7, "interval": 0.25}),
    (FirstHitWindow, {"quota": 7, "window": 2.0}),
    (SlidingLog, {"quota": 7, "window": 2.0}),
    (AlignedWindow, {"quota": 7, "window": 2.0, "phase": 0.7}),
    (SlidingCounter, {"quota": 7, "window": 2.0, "phase": 0.7}),
    (QuantisedBucket, {"quota": 7, "batch": 3, "interval": 0.6, "phase": 0.2}),
]


@pytest.mark.parametrize(("family", "parameters"), FITS, ids=[family.family for family, _ in FITS])
@settings(max_examples=60, deadline=None)
@given(asked=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 12)), min_size=3, max_size=12))
def test_whoever_keeps_it_is_let_in(family, parameters, asked):
    model, pace = family(**parameters), Pace.of(Fit(family, parameters, 0, 0.0), 0.0)
    for at, verdict in _sent(model, pace, asked):
        assert verdict, at


def test_it_lets_no_more_pass_than_the_limiter_holds():
    pace = Pace(5, 2.0)
    assert pace.next(1.0) == (1.0, 5)
    pace.note([1.0 + ROUND_TRIP_S] * 5)
    assert pace.next(1.5) == (3.0 + ROUND_TRIP_S, 5)


def test_what_was_refused_counts_too():
    pace = Pace(1, 2.0)
    pace.note([1.1])
    assert pace.next(1.2) == (pytest.approx(3.1), 1)


def test_without_the_pace_it_would_be_refused():
    model = AlignedWindow(7, 2.0, 0.7)
    assert not all(verdict for _, verdict in _sent(model, Pace(8, 2.0), [(0.0, 40)]))


def _sent(model: Model, pace: Pace, asked: list[tuple[float, int]]) -> list[tuple[float, bool]]:
    """Single requests, after pauses, in groups as large as they may be: when, and whether they were let in."""
    now, told = 0.0, []
    for pause, count in asked:
        now, left = now + pause, count
        while left:
            at, most = pace.next(now)
            for number in range(min(most, left)):
                moment = at + number * 1e-6
                told.append((moment, model.admits(moment)))
                model.observe(moment, moment, told[-1][1])
                pace.note([moment + ROUND_TRIP_S])
            now, left = at + ROUND_TRIP_S, left - min(most, left)
    return told


def test_all_of_it_is_there_again_a_span_after_the_last():
    pace = Pace(5, 2.0)
    assert pace.whole(1.0) == 1.0
    pace.note([1.1, 1.6])
    assert pace.whole(1.7) == pytest.approx(3.6)
    assert pace.next(pace.whole(1.7)) == (pytest.approx(3.6), 5)

"""A pace is kept on an absolute plan; a spacing is a ceiling that nothing catches up with."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.pacing import Pace, Spacing


@pytest.mark.parametrize(
    ("pace", "elapsed_s", "sent", "expected"),
    [
        (Pace(10), 0.0, 0, 0.0),
        (Pace(10), 0.0, 1, 0.1),
        (Pace(10), 0.05, 1, 0.05),
        (Pace(10), 0.5, 1, 0.0),  # behind: catches up at once
        (Pace(), 5.0, 1000, 0.0),
        (Pace(10, 2.0), 1.9, 19, 0.0),
        (Pace(10, 2.0), 2.0, 20, "stop"),
        (Pace(None, 2.0), 3.0, 0, "stop"),
    ],
)
def test_when_the_next_request_of_a_pace_may_go(pace, elapsed_s, sent, expected):
    assert pace.wait(elapsed_s, sent) == pytest.approx(expected) if expected != "stop" else "stop"


@given(st.floats(0.1, 1000), st.lists(st.floats(0, 10), min_size=2, max_size=50))
def test_a_spacing_is_never_exceeded_whenever_the_requests_come(rate, gaps):
    spacing, now, last, sent = Spacing(rate), 0.0, None, []
    for gap in gaps:
        now += gap
        last = now = spacing.due(now, last)
        sent.append(now)

    assert all(later - earlier >= 1 / rate * (1 - 1e-9) - 1e-9 for earlier, later in itertools.pairwise(sent))


def test_without_a_rate_a_spacing_lets_everything_go_at_once():
    assert Spacing(None).due(3.0, 2.999) == 3.0

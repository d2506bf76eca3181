"""Header fields of limits, in each dialect that is about, and in none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.dialects import DRAFT, RETRY_AFTER, THREE, X_THREE, claim_of

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("fields", "dialects", "told"),
    [
        ([("RateLimit", "limit=20, remaining=3, reset=7")], (DRAFT,), (20, 3, 7, None)),
        ([("RateLimit", '"default";r=3;t=7'), ("RateLimit-Policy", '"default";q=20;w=60')], (DRAFT,), (20, 3, 7, 60)),
        ([("RateLimit-Policy", "20;w=60")], (DRAFT,), (20, None, None, 60)),
        ([("RateLimit-Limit", "20, 20;w=60"), ("RateLimit-Remaining", "3")], (THREE,), (20, 3, None, 60)),
        ([("x-ratelimit-limit", "20"), ("X-RateLimit-Reset", "7")], (X_THREE,), (20, None, 7, None)),
        ([("X-Rate-Limit-Limit", "20")], (X_THREE,), (20, None, None, None)),
        ([("X-RateLimit-Limit-Minute", "20")], (X_THREE,), (20, None, None, 60)),
        ([("x-ratelimit-remaining-requests", "3")], (X_THREE,), (None, 3, None, None)),
        ([("Retry-After", "7")], (RETRY_AFTER,), (None, None, None, None)),
        ([("Content-Type", "limit=20")], (), (None, None, None, None)),
    ],
)
def test_a_dialect_is_read(fields, dialects, told):
    claim = claim_of(fields, NOW)
    assert claim.dialects == dialects
    assert (claim.quota, claim.remaining, claim.reset_s, claim.window_s) == told


@pytest.mark.parametrize("moment", [NOW + 7, (NOW + 7) * 1000])
def test_a_reset_that_is_a_moment_counts_from_now(moment):
    assert claim_of([("X-RateLimit-Reset", f"{moment:.0f}")], NOW).reset_s == pytest.approx(7)


def test_a_moment_that_is_past_is_now():
    assert claim_of([("X-RateLimit-Reset", f"{NOW - 7:.0f}")], NOW).reset_s == 0


names = st.sampled_from(["RateLimit", "RateLimit-Policy", "X-RateLimit-Reset", "RateLimit-Limit", "Retry-After"])


@given(st.lists(st.tuples(names, st.text(max_size=40) | st.integers(0, 10**400).map(str)), max_size=5))
def test_whatever_a_target_says_is_read_as_finite_numbers_or_as_nothing(fields):
    claim = claim_of(fields, NOW)
    for number in (claim.quota, claim.remaining, claim.reset_s, claim.window_s):
        assert number is None or 0 <= number < 1e16

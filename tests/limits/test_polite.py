"""What a polite sender is promised is never more than the limiter lets in: of two limiters, see test_found."""

import pytest

from harness.limits.found import found
from harness.limits.polite import _down
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.queueing_bucket import QueueingBucket
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from tests.report.inquiries import findings_of


@pytest.mark.parametrize(
    ("family", "truth", "options"),
    [
        (FixedWindow(5, 2.0), 2.5, {"seed": 6}),
        (TokenBucket(3.0, 6), 3.0, {"seed": 6}),
        (QueueingBucket(4.0, 6), 4.0, {}),
    ],
    ids=["window", "bucket", "queue"],
)
def test_it_is_no_more_than_the_truth_and_hardly_less(family, truth, options):
    told = found(findings_of(family, **options))
    assert 0.95 * truth <= told["polite_per_s"] <= truth
    assert told["polite_per_s"] <= told["sustainable_per_s"]


@pytest.mark.parametrize(
    ("rate", "told"), [(25.0136, 25.0), (6.6666, 6.66), (0.016667, 0.0166), (4.9999, 4.99), (1234.5, 1230.0)]
)
def test_it_is_rounded_down(rate, told):
    assert _down(rate) == told

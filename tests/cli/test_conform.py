"""What the gate says while it is under way."""

import pytest

from harness.cli.conform import too_fast


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "gate: the target limits; 1 request came too fast for it, and waits its turn"),
        (2000, "gate: the target limits; 2,000 requests came too fast for it, and wait their turn"),
    ],
)
def test_one_request_that_was_limited_waits_and_several_wait(count, told):
    assert too_fast(count) == told

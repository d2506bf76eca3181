"""Named or not, every reason counts in the sum."""

from collections import Counter

import pytest

from harness.reasons import REST, most_common


@pytest.mark.parametrize("most", [0, 1, 3, 9])
def test_what_is_not_named_is_summed_up(most):
    reasons = Counter({"reset": 5, "timed out": 3, REST: 2, "refused": 1})
    told = most_common(reasons, most)
    assert sum(told.values()) == 11
    assert len([why for why in told if why != REST]) == min(most, 3)


def test_the_most_frequent_are_named_first():
    assert list(most_common(Counter({"a": 1, "b": 3, "c": 2}), 2).items()) == [("b", 3), ("c", 2), (REST, 1)]

"""What is claimed of several limiters is held against the one that it is true of."""

import pytest

from harness.limits.claims import held

FIRST, SECOND = (14, 3.0), (50, None)


@pytest.mark.parametrize(
    ("claims", "limiters", "unknown", "agree"),
    [
        ([(14, 3)], [FIRST], False, [True]),
        ([(14, 9)], [FIRST], False, [False]),
        ([(50, None)], [FIRST, SECOND], False, [True]),
        ([(14, 3), (50, None)], [FIRST, SECOND], False, [True, True]),
        ([(14, 3), (60, None)], [FIRST, SECOND], False, [True, False]),
        # It may be another's, which never had a say.
        ([(14, 3), (60, 30)], [FIRST], False, [True, None]),
        # Or that of the other, of which nothing more is known.
        ([(60, 30)], [FIRST], True, [None]),
        ([(60, 30)], [], False, [None]),
    ],
)
def test_a_claim_is_wrong_only_where_no_limiter_is_left_that_it_may_be_of(claims, limiters, unknown, agree):
    assert [each.agrees for each in held(claims, limiters, unknown=unknown)] == agree


def test_the_claim_of_the_first_limiter_is_known_as_such():
    assert [each.first for each in held([(50, None), (14, 3)], [FIRST, SECOND], unknown=False)] == [False, True]

"""How many quotas one header field tells of."""

import pytest

from harness.limits.quotas import named_quotas, quotas_of


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("RateLimit-Policy", '"layer-1";q=14;w=3, "layer-2";q=50;w=20', [(14, 3), (50, 20)]),
        ("ratelimit-policy", "14;w=3, 50;w=20", [(14, 3), (50, 20)]),
        ("X-RateLimit-Limit", "14, 14;w=3, 50;w=20", [(14, 3), (50, 20)]),
        ("RateLimit-Limit", "10, 10;w=60", [(10, 60)]),
        ("RateLimit-Policy", '"a";w=60;q=10;partition="q=7"', [(10, 60)]),
        ("RateLimit-Policy", "nan;w=inf, ;q=;w=", []),
        ("RateLimit", '"a";r=10;t=3, "b";r=50;t=20', []),
        ("Retry-After", "14;w=3, 50;w=20", []),
    ],
)
def test_the_members_of_a_policy_are_quotas_with_their_windows(name, value, found):
    assert named_quotas([((name, value),)]) == found


def test_the_same_quota_told_by_many_answers_is_one():
    assert named_quotas([(("RateLimit-Policy", "10;w=60"),), (("RateLimit-Policy", "10;w=60"),)]) == [(10, 60)]
    assert named_quotas([]) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"RateLimit-Policy": '"a";q=14;w=3, "b";q=50'}, {(14, 3), (50, None)}),
        ({"X-RateLimit-Limit": "14", "RateLimit-Policy": '"a";q=14;w=3'}, {(14, 3)}),
        ({"X-RateLimit-Limit-Second": "5", "X-RateLimit-Limit-Minute": "90"}, {(5, 1), (90, 60)}),
        ({"X-RateLimit-Remaining-Minute": "5"}, set()),
    ],
)
def test_each_quota_of_an_answer_has_its_own_window(fields, told):
    assert quotas_of(tuple(fields.items())) == told

"""What a limiter tells of itself, in each dialect, honestly or not."""

from email.utils import formatdate

import pytest

from harness.sandbox.limiter.buckets import Buckets
from harness.sandbox.limiter.dialects import DIALECTS, fields_of
from harness.sandbox.limiter.family import Decision
from harness.sandbox.limiter.reading import policy_from
from harness.sandbox.limiter.ruling import Ruling

NOW_S = 1_800_000_000.25
IN_USE = Decision(admitted=True, limit=14, used=10, remaining=4, next_s=0.0, reset_s=2.5)
SPENT = Decision(admitted=False, limit=14, used=14, remaining=0, next_s=2.5, reset_s=2.5)


def ruling(decision, options="", layer=1, name="default", family="fixed-window limit=14 window=3s"):
    policy = policy_from(f"{family} {options}")
    return Ruling(layer, name, policy, decision, 0, "key", Buckets(policy.family))


def told(decision, options):
    return fields_of([ruling(decision, options)], NOW_S)


QUOTAS = [
    ("none", {}),
    ("retry-after", {}),
    ("retry-after-date", {}),
    ("ratelimit", {"RateLimit-Limit": "14", "RateLimit-Remaining": "4", "RateLimit-Reset": "3"}),
    ("x-ratelimit", {"X-RateLimit-Limit": "14", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset": "1800000003"}),
    ("draft", {"RateLimit-Policy": '"default";q=14;w=3', "RateLimit": '"default";r=4;t=3'}),
]


@pytest.mark.parametrize(("dialect", "expected"), QUOTAS)
def test_an_admitted_request_is_told_the_quota_in_the_dialect(dialect, expected):
    assert told(IN_USE, f"headers={dialect}") == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_refused_request_is_told_when_to_come_back_in_every_dialect(dialect):
    expected = formatdate(1_800_000_001 + 3, usegmt=True) if dialect == "retry_after_date" else "3"

    assert told(SPENT, f"headers={dialect}")["Retry-After"] == expected


def test_no_dialect_tells_nothing_and_retry_after_may_be_left_out_of_any():
    assert told(SPENT, "headers=none") == {}
    assert "Retry-After" not in told(SPENT, "headers=draft retry-after=none")


def test_one_dialect_has_retry_after_on_every_answer():
    assert told(IN_USE, "headers=retry-after-always") == {"Retry-After": "1"}


def test_dialects_can_be_had_together():
    fields = told(SPENT, "headers=draft+x-ratelimit+retry-after-date")

    assert {"RateLimit-Policy", "RateLimit", "X-RateLimit-Limit", "X-RateLimit-Reset"} < set(fields)
    assert fields["Retry-After"].endswith("GMT")


# The next request is admitted after 2.5 s, and the window is 3 s.
@pytest.mark.parametrize(("honesty", "seconds"), [("honest", 3), ("early", 1), ("late", 6), ("window", 3)])
def test_retry_after_is_as_honest_as_it_was_told_to_be(honesty, seconds):
    assert told(SPENT, f"headers=retry-after retry-after={honesty}") == {"Retry-After": str(seconds)}


@pytest.mark.parametrize(("honesty", "moment"), [("honest", 4), ("early", 1), ("late", 7), ("window", 4)])
def test_a_date_lies_as_much_as_seconds_do(honesty, moment):
    fields = told(SPENT, f"headers=retry-after-date retry-after={honesty}")

    assert fields == {"Retry-After": formatdate(1_800_000_000 + moment, usegmt=True)}


def test_a_window_is_told_whole_when_almost_all_of_it_is_gone():
    spent = Decision(admitted=False, limit=14, used=14, remaining=0, next_s=0.1, reset_s=0.1)

    assert told(spent, "retry-after=window")["Retry-After"] == "3"
    assert told(spent, "retry-after=honest")["Retry-After"] == "1"
    assert told(spent, "retry-after=early")["Retry-After"] == "0"


def test_a_limit_on_concurrency_tells_no_window_and_no_reset():
    full = Decision(admitted=False, limit=2, used=2, remaining=0, next_s=None, reset_s=None)
    both = ruling(full, "headers=draft+ratelimit", family="concurrency limit=2")

    assert fields_of([both], NOW_S) == {
        "RateLimit-Policy": '"default";q=2;qu="concurrent-requests"',
        "RateLimit": '"default";r=0',
        "RateLimit-Limit": "2",
        "RateLimit-Remaining": "0",
        "Retry-After": "1",
    }


def test_the_draft_lists_every_layer():
    first, second = ruling(IN_USE, "headers=draft", 1, "layer-1"), ruling(SPENT, "headers=draft", 2, "layer-2")
    fields = fields_of([first, second], NOW_S)

    assert fields["RateLimit-Policy"] == '"layer-1";q=14;w=3, "layer-2";q=14;w=3'
    assert fields["RateLimit"] == '"layer-1";r=4;t=3, "layer-2";r=0;t=3'


def test_of_other_fields_the_layer_that_leaves_least_has_the_say_and_one_that_refuses_above_all():
    tight = Decision(admitted=True, limit=5, used=4, remaining=1, next_s=0.0, reset_s=9.0)
    none_left = Decision(admitted=True, limit=6, used=6, remaining=0, next_s=9.0, reset_s=9.0)

    assert fields_of([ruling(tight), ruling(IN_USE, layer=2)], NOW_S)["RateLimit-Limit"] == "5"
    assert fields_of([ruling(IN_USE), ruling(tight, layer=2)], NOW_S)["RateLimit-Limit"] == "5"
    assert fields_of([ruling(SPENT, layer=1), ruling(none_left, layer=2)], NOW_S)["RateLimit-Limit"] == "14"
    assert fields_of([ruling(none_left), ruling(SPENT, layer=2)], NOW_S)["RateLimit-Limit"] == "14"

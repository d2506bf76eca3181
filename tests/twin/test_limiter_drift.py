"""Whether limiters drifted, where not everything of them was told, and where there are two."""

from dataclasses import replace

import pytest

from harness.twin.drift import differences
from harness.twin.twin import Limiter, Twin

LOG = Limiter("a", 90, "sliding-log limit=12 window=6.0s scope=key headers=x-ratelimit retry-after=honest", "", 0.02)
WINDOW = Limiter("a", 40, "fixed-window limit=30 window=12.0s scope=key headers=draft retry-after=honest", "", 0.02)
NONE = Limiter("a", 40, None, "", 0.02)
UNNAMED = Limiter("a", 40, None, "another limiter was met", 0.02)


def row(old: Limiter, new: Limiter) -> tuple[bool | None, str]:
    first = differences(Twin(limiter=old), Twin(limiter=new))[0]
    return first.drift, first.told


def other(word: str, instead: str = "") -> Limiter:
    assert word in str(LOG.policy)
    return replace(LOG, policy=str(LOG.policy).replace(word, instead))


OPTIONS = pytest.mark.parametrize(("option", "value"), [("scope", "key"), ("retry-after", "honest")])


@OPTIONS
def test_what_only_one_of_them_was_told_is_not_said_to_be_the_same(option: str, value: str) -> None:
    less = other(f" {option}={value}")
    for pair in ((LOG, less), (less, LOG)):
        drift, told = row(*pair)
        assert drift is None
        assert told.endswith(f": {option} not told in one of them, and all else is the same")


@OPTIONS
def test_what_neither_was_told_is_not_compared(option: str, value: str) -> None:
    less = other(f" {option}={value}")

    drift, told = row(less, less)

    assert drift is False
    assert told.endswith(f"(not compared: {option})")


@pytest.mark.parametrize(
    ("word", "instead"),
    [
        ("scope=key", "scope=global"),
        ("retry-after=honest", "retry-after=early"),
        ("limit=12", "limit=13"),
        ("limit=12 window=6.0s scope=key", "limit=13 window=6.0s"),
    ],
)
def test_what_both_were_told_drifts_whatever_else_was_not_told(word: str, instead: str) -> None:
    drift, told = row(LOG, other(word, instead))

    assert drift is True
    assert "not told" not in told


def test_in_which_order_options_are_written_is_no_drift() -> None:
    family, *options = str(LOG.policy).split()

    assert row(LOG, replace(LOG, policy=" ".join([family, *reversed(options)])))[0] is False


BUCKET = other("sliding-log limit=12 window=6.0s", "token-bucket rate=2.0 burst=12")


@pytest.mark.parametrize(
    ("instead", "drift"),
    [
        (BUCKET, None),
        (replace(BUCKET, policy=str(BUCKET.policy).replace("burst=12", "burst=13")), True),
        (replace(BUCKET, policy=str(BUCKET.policy).replace("scope=key", "scope=global")), True),
        (other("window=6.0s", "window=7.0s"), None),
        (other("window=6.0s", "window=60.0s"), True),
        (other("limit=12", "limit=13"), True),
        (LOG, False),
    ],
)
def test_an_unlikely_rule_does_not_drift_where_nothing_else_does(instead: Limiter, drift: bool | None) -> None:
    unlikely = replace(instead, undecided="58 % sure, contradicted by 3 requests; scope")

    assert [row(*pair)[0] for pair in ((LOG, unlikely), (unlikely, LOG))] == [drift, drift]
    assert row(LOG, instead)[0] is (instead is not LOG)
    assert ("NEW is 58 % sure, contradicted by 3 requests" in row(LOG, unlikely)[1]) == (drift is None)


@pytest.mark.parametrize(
    ("old", "new", "drift"),
    [
        (WINDOW, WINDOW, False),
        (WINDOW, replace(WINDOW, policy=str(WINDOW.policy).replace("12.0", "15.0")), True),
        (NONE, NONE, False),
        (NONE, WINDOW, True),
        (NONE, UNNAMED, True),
        (UNNAMED, UNNAMED, None),
        (UNNAMED, WINDOW, None),
        (None, WINDOW, None),
    ],
)
def test_of_two_limiters_both_are_compared(old: Limiter | None, new: Limiter, drift: bool | None) -> None:
    for pair in ((old, new), (new, old)):
        limiter, behind, *_ = differences(*(Twin(limiter=LOG, behind=each) for each in pair))
        assert (limiter.drift, behind.drift) == (False, drift), behind.told


def test_two_limiters_in_the_other_order_are_the_same() -> None:
    rows = differences(Twin(LOG, WINDOW), Twin(WINDOW, LOG))

    assert [each.drift for each in rows[:2]] == [False, False]


def test_one_of_two_that_drifted_does_so_in_any_order() -> None:
    rows = differences(Twin(LOG, WINDOW), Twin(WINDOW, other("limit=12", "limit=15")))

    assert [each.drift for each in rows[:2]] == [True, False]

"""The limiters that an inquiry found, as policies that a sandbox takes, with what could not be told of them."""

from typing import Any

import pytest

from harness.errors import UsageError
from harness.sandbox.limiter.reading import policy_from
from harness.twin.limiters import MET, NAMED, UNEXPLAINED, limiters_of
from harness.twin.made import twin_of
from harness.twin.twin import Limiter

KEPT = {"kept": 60, "early": 0, "rounded": 0, "needless": 0, "tested": 60}
LOG: dict[str, Any] = {
    "limited": True,
    "requests_spent": 90,
    "algorithm": "sliding_log",
    "confidence": 0.97,
    "quota": 12,
    "window_s": 6.0,
    "scope": "key",
    "scope_evidence": [{"dimension": "key", "shares": False}, {"dimension": "address", "shares": True}],
    "headers": {"dialects": ["Retry-After", "X-RateLimit-*"]},
    "refusal": {"statuses": {"503": 74}, "headers": {"Retry-After": "3"}},
    "retry_after": KEPT,
    "behind": {"looked_with": 40, "found": None},
}
BUCKET = {**LOG, "algorithm": "token_bucket", "quota": 12, "burst": 12, "refill_per_s": 2.0, "window_s": None}
SECOND = {"algorithm": "fixed_window_aligned", "confidence": 0.93, "quota": 30, "window_s": 12.0, "met_first": False}
DATE = {"retry-after": "Mon, 30 Nov 2026 09:25:53 GMT"}


def found(limits: dict[str, Any], **other: Any) -> tuple[Limiter, Limiter | None]:
    limiters = limiters_of("run", {**limits, **other})
    assert limiters is not None
    for each in limiters:
        if each is not None and each.policy is not None:
            policy_from(each.policy)  # a sandbox takes it
    return limiters


def refused(*told_s: float) -> list[dict[str, Any]]:
    return [{"verdict": "refused", "retry_after_s": each, "status": 429} for each in told_s]


@pytest.mark.parametrize(
    ("renewed", "told"), [(True, " block=4.5s renewed=yes "), (False, " block=4.5s "), (None, " ")]
)
def test_that_each_refused_request_begins_a_block_anew_is_in_the_policy(renewed: bool | None, told: str) -> None:
    limiter, _ = found(LOG, algorithm="penalty_block", block_s=4.5, block_renewed=renewed)

    assert told in str(limiter.policy)
    assert ("renewed" in str(limiter.policy)) == bool(renewed)


def broken(**counts: int) -> dict[str, Any]:
    told = {**KEPT, "kept": 0, **counts}
    return {"retry_after": {**told, "tested": sum(told.values()) - told["tested"]}}


@pytest.mark.parametrize(
    ("limits", "retry_after"),
    [
        ({}, "honest"),
        (broken(kept=102, early=1), "honest"),
        (broken(kept=7, early=28, rounded=20), "early"),
        (broken(kept=11, needless=74), "late"),
        ({**broken(kept=11, needless=74), "requests": refused(6, 3, 13)}, "late"),
        ({**broken(kept=40, needless=20), "requests": refused(6, 6, 5)}, "window"),
        ({**BUCKET, **broken(kept=40, needless=20), "requests": refused(6, 6, 6)}, "window"),
        ({"headers": {"dialects": ["X-RateLimit-*"]}, "retry_after": None}, "none"),
    ],
)
def test_what_retry_after_said_is_in_the_policy(limits: dict[str, Any], retry_after: str) -> None:
    limiter, _ = found(LOG, **limits)

    assert f" retry-after={retry_after} " in f"{limiter.policy} "
    assert limiter.undecided == ""


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (broken(kept=30, early=15, needless=15), "of 60 promises 30 kept, 15 too short, 15 too long"),
        (broken(rounded=60), "of 60 promises 60 too short by less than a second"),
        (broken(early=4), "of 4 promises 4 too short"),
        ({"retry_after": None}, "none of its promises was tried"),
        (
            {**broken(kept=7, early=28, rounded=20), "behind": {"looked_with": 40, "found": SECOND}},
            "28 too short, 20 too short by less than a second, perhaps for the other limiter",
        ),
    ],
)
def test_what_retry_after_was_not_clear_about_is_undecided_and_in_no_policy(limits: dict[str, Any], words: str) -> None:
    limiter, _ = found(LOG, **limits)

    assert "retry-after=" not in str(limiter.policy)
    assert "Retry-After not told" in limiter.undecided
    assert words in limiter.undecided


@pytest.mark.parametrize(
    ("dialects", "headers"),
    [(["Retry-After", "X-RateLimit-*"], "x-ratelimit+retry-after-date"), (["Retry-After"], "retry-after-date")],
)
def test_a_retry_after_that_is_a_date_stays_one(dialects: list[str], headers: str) -> None:
    limiter, _ = found(LOG, headers={"dialects": dialects}, refusal={"statuses": {"429": 9}, "headers": DATE})

    assert f" headers={headers} " in str(limiter.policy)


@pytest.mark.parametrize(
    ("met_first", "order"), [(None, ["sliding-log", "fixed-window"]), (True, ["fixed-window", "sliding-log"])]
)
def test_two_limiters_are_written_in_the_order_in_which_a_request_meets_them(met_first: bool, order: list[str]) -> None:
    both = found(LOG, behind={"looked_with": 40, "found": {**SECOND, "met_first": met_first}})

    assert [str(each.policy).split()[0] for each in both if each] == order
    assert {each.samples for each in both if each} == {90, 40}
    assert "fixed-window limit=30 window=12.0s scope=key " in str(both[order.index("fixed-window")])


def test_of_two_limiters_each_has_its_own_error_and_what_could_not_be_told_of_it() -> None:
    second = {**SECOND, "algorithm": "fixed_window_aligned|sliding_log", "bounds": {"window": [11.0, 13.0]}}

    limiter, behind = found(LOG, behind={"looked_with": 40, "found": {**second, "confidence": 0.5}})

    assert behind is not None
    assert (limiter.error, behind.error) == (0.02, round(1 / 12, 4))
    assert limiter.undecided == "scope and headers as seen of two limiters together"
    assert behind.undecided.split("; ")[:2] == ["fixed_window_aligned|sliding_log", "50 % sure"]


def two(statuses: dict[str, int], *against: tuple[str, int]) -> list[str]:
    """The policies of two, where requests of these verdicts and statuses contradict the first alone."""
    requests = [{"verdict": verdict, "status": status, "retry_after_s": None} for verdict, status in against]
    models = [{"family": "layers", "mismatches": []}, {"family": "sliding_log", "mismatches": [*range(len(requests))]}]
    traced = {"requests": requests, "trace": [*range(len(requests))], "models": models}
    refusal = {"statuses": statuses, "headers": {}}
    both = found(LOG, **traced, refusal=refusal, behind={"looked_with": 40, "found": SECOND})
    assert ("status" in both[0].undecided) == ("(" in both[0].undecided)
    return [f"{each.policy} {each.undecided}" for each in both if each]


def test_the_status_of_a_second_limiter_is_that_of_what_the_first_would_have_let_in() -> None:
    first, second = two({"429": 39, "503": 74}, ("refused", 429), ("admitted", 404), ("refused", 429))
    assert "status=503" in first
    assert "status=503" not in second

    first, second = two({"429": 74, "503": 39}, ("refused", 503))
    assert "status=503" not in first
    assert "status=503" in second


@pytest.mark.parametrize("against", [[], [("refused", 429), ("refused", 503)]])
def test_a_status_that_cannot_be_given_to_one_of_two_is_that_of_most_and_said_to_be(against: list) -> None:
    for told in two({"429": 39, "503": 74}, *against):
        assert "status=503" in told
        assert "status 503 of several: 429 (39 times), 503 (74 times)" in told


def test_a_status_that_no_sandbox_refuses_with_is_said() -> None:
    limiter, _ = found(LOG, refusal={"statuses": {"509": 9}, "headers": {}})

    assert "status=" not in str(limiter.policy)
    assert limiter.undecided == "status 509, and a sandbox refuses with 429"


@pytest.mark.parametrize(
    ("limits", "samples", "undecided"),
    [
        ({"behind": {"looked_with": 40, "found": None}}, 40, ""),
        ({"behind": {"looked_with": 40, "found": {"algorithm": None}}}, 40, MET),
        ({"behind": None, "headers": {**LOG["headers"], "quotas": [[8, 2], [20, 9]]}}, 0, NAMED),
    ],
)
def test_a_second_limiter_without_a_rule_has_no_policy(limits: dict[str, Any], samples: int, undecided: str) -> None:
    assert found(LOG, **limits)[1] == Limiter("run", samples, None, undecided, 0.02)


def test_a_second_limiter_that_was_not_looked_for_is_not_measured() -> None:
    assert found(LOG, behind={"looked_with": 0, "found": None})[1] is None
    assert found(LOG, behind={"looked_with": LOG["quota"] - 1, "found": None})[1] is None
    assert found(LOG, behind=None)[1] is None


def test_where_nothing_was_refused_there_is_no_second_limiter_either() -> None:
    assert found({"limited": False, "requests_spent": 90}) == (Limiter("run", 90, None, "", 0.02),) * 2


@pytest.mark.parametrize(
    ("limits", "undecided"),
    [
        ({"scope": None}, "scope not told (a sandbox takes key)"),
        (
            {"scope": "operation", "scope_evidence": [{"dimension": "key", "shares": None}]},
            "of the scope key not told",
        ),
        ({"scope": "session", "scope_evidence": [{"dimension": "key", "shares": None}]}, ""),
        ({"confidence": 0.74}, "74 % sure"),
        ({"confidence": 0.82, "mismatches": 1}, "82 % sure, contradicted by 1 request"),
        ({"confidence": 0.58, "mismatches": 3}, "58 % sure, contradicted by 3 requests"),
        (
            {"algorithm": "sliding_log|token_bucket", "scope": None},
            "sliding_log|token_bucket; scope not told (a sandbox",
        ),
    ],
)
def test_what_could_not_be_told_is_undecided(limits: dict[str, Any], undecided: str) -> None:
    limiter, _ = found(LOG, **limits)

    assert limiter.undecided.startswith(undecided)
    assert bool(limiter.undecided) == bool(undecided)


@pytest.mark.parametrize("second", [{"quota": None}, {"window_s": "long"}, {"algorithm": "no_such"}])
def test_a_second_limiter_that_was_edited_is_refused(second: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"was edited: limits\.behind\.found"):
        found(LOG, behind={"looked_with": 40, "found": {**SECOND, **second}})


def test_a_limiter_that_no_rule_explains_is_there_and_takes_no_place_of_one_that_is_known() -> None:
    runs = [
        {"schema": "harness-result/1", "run_id": run, "limits": {**LOG, "algorithm": algorithm}}
        for run, algorithm in (("known", "sliding_log"), ("unknown", None))
    ]

    unknown, behind = found(LOG, algorithm=None)

    assert unknown == Limiter("run", 90, None, UNEXPLAINED, 0.02)
    assert behind is None
    for order in (runs, runs[::-1]):
        limiter = twin_of(order).limiter
        assert limiter is not None
        assert limiter.run == "known"
    assert twin_of(runs[1:]).limiter == Limiter("unknown", 90, None, UNEXPLAINED, 0.02)

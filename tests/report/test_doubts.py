"""Why an answer is no surer, and what else speaks for two limiters."""

from typing import Any

from harness.report.doubts import doubt, hints

RIVAL = {"family": "sliding_log", "mismatches": 1, "parameters": {"quota": 5, "window": 2.0}}


def unsure(**more: Any) -> dict[str, Any]:
    return {"algorithm": "token_bucket", "confidence": 0.75, **more}


def test_a_sure_answer_needs_no_reason() -> None:
    assert doubt(unsure(confidence=0.93, rivals=[RIVAL])) == ""
    assert doubt({"algorithm": None, "confidence": 0.0}) == ""


def test_families_that_were_not_told_apart_are_named_in_the_words_of_the_field_with_the_reason() -> None:
    told = doubt(unsure(algorithm="token_bucket|sliding_log", why="they give the same verdicts"))
    assert told == "a token bucket and a sliding window log were not told apart (they give the same verdicts)"


def test_what_contradicts_it_and_what_comes_close_is_told() -> None:
    assert doubt(unsure(mismatches=2)) == "2 requests contradict it"
    assert doubt(unsure(rivals=[RIVAL])) == "only 1 request speaks against a sliding log"


def test_a_budget_that_ended_it_is_told() -> None:
    undone = ["a surer answer, for its share of the budget was spent"]
    assert doubt(unsure(left_undone=undone)) == "the budget ended before more could be tried"


def test_there_is_always_a_reason() -> None:
    assert doubt(unsure())
    assert doubt(unsure(algorithm="concurrency")) == "groups of requests did not all fare alike"


def test_refusals_of_two_kinds_and_a_policy_of_two_quotas_hint_at_two_limiters() -> None:
    limits = {
        "refusal": {"statuses": {"503": 223, "429": 1}},
        "headers": {"quotas": [[14, 3], [50, 20]]},
    }
    assert hints(limits) == (
        "refusals come with HTTP 429 (1 time) and HTTP 503 (223 times); "
        "one header field tells of 14 in 3 s and 50 in 20 s"
    )
    assert hints({"refusal": {"statuses": {"429": 3}}, "headers": {"quotas": [[5, 2]]}}) == ""
    assert hints({}) == ""

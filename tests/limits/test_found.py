"""What is told of an inquiry, as plain data."""

from dataclasses import replace
from functools import cache

from benchmarks.virtual_limiter import identified
from harness.dialects import claim_of
from harness.identification.answer import Layer, answer_of
from harness.identification.budget import Budget
from harness.identification.run import Run
from harness.identification.trace import Observation
from harness.limits.found import found
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from tests.identification.test_behind import Both
from tests.identification.test_procedure import Closing
from tests.report.inquiries import findings_of


@cache
def of_one():
    return found(findings_of(FixedWindow(5, 2.0)))


@cache
def found_two():
    return findings_of(Both(TokenBucket(5.0, 8), FixedWindow(60, 30.0)), seed=4, look_behind=240)


@cache
def of_two():
    return found(found_two())


def claiming(findings, value):
    """The same, where every answer claims this in its RateLimit-Policy."""
    fields = (("RateLimit-Policy", value),)
    seen = [
        replace(each, answer=replace(each.answer, headers=fields), claim=claim_of(fields, 0.0))
        for each in findings.seen
    ]
    return found(replace(findings, seen=seen))["headers"]


def test_each_family_that_it_is_not_has_the_parameters_with_which_it_comes_nearest():
    told = of_one()
    assert told["refuted"]
    assert all(each["parameters"]["quota"] >= 1 for each in told["refuted"])


def test_no_family_is_passed_over_in_silence():
    told = of_one()
    named = [each["family"] for key in ("refuted", "rivals", "ruled_out") for each in told[key]]
    assert sorted([*named, *told["algorithm"].split("|")]) == sorted(
        [
            *("token_bucket", "fixed_window_aligned", "fixed_window_first_hit", "sliding_log", "counting_log"),
            *("sliding_counter", "quantised_bucket", "penalty_block", "queueing_bucket", "concurrency"),
        ]
    )


def test_what_was_left_is_known_of_every_request_that_contradicts_a_model():
    for model in of_one()["models"]:
        assert len(model["left_then"]) == len(model["mismatches"])


def test_two_limiters_are_drawn_as_both_and_as_the_first_alone():
    both, first = of_two()["models"]
    assert (both["family"], both["mismatches"]) == ("layers", [])
    assert (first["family"], both["parameters"]["first"]["family"]) == ("token_bucket", "token_bucket")
    assert first["mismatches"]


def test_the_first_of_two_limiters_refills_at_its_own_pace_and_not_at_that_of_both():
    told = of_two()
    assert abs(told["refill_per_s"] - 5.0) < 0.05
    assert told["sustainable_per_s"] < 2.1


def test_of_two_limiters_a_polite_sender_is_promised_no_more_than_the_truth_and_hardly_less():
    told = of_two()
    assert 0.95 * 2.0 <= told["polite_per_s"] <= 2.0
    assert told["polite_per_s"] <= told["sustainable_per_s"]


def test_a_limiter_that_is_met_with_most_of_the_budget_spent_is_told_to_take_a_larger_one():
    run = Run(Budget(400, 120.0), lambda: 0.5)
    run.trace.add([Observation(number / 1000, number / 1000, number < 301) for number in range(315)])
    told = found(replace(findings_of(FixedWindow(5, 2.0)), run=run, identified=answer_of(run)))
    assert told["algorithm"] is None
    assert told["why"].startswith("the first refusal came after 301 requests: that left too few of the budget")


def test_what_two_limiters_claim_is_held_against_the_one_that_it_is_of():
    told = claiming(found_two(), '"layer-1";q=8, "layer-2";q=60;w=30')
    assert told["agrees"] is True
    assert told["claimed"] == {"quota": 8, "window_s": None}
    assert [each["agrees"] for each in told["claims"]] == [True, True]


def test_a_quota_is_never_told_with_the_window_of_another():
    told = claiming(found_two(), '"layer-1";q=60;w=30, "layer-2";q=8')
    assert [(each["quota"], each["window_s"]) for each in told["claims"]] == [(60, 30), (8, None)]


def test_a_claim_is_wrong_where_a_limiter_is_left_that_nothing_else_is_claimed_of():
    told = claiming(found_two(), '"layer-1";q=8, "layer-2";q=90;w=30')
    assert [each["agrees"] for each in told["claims"]] == [True, False]
    assert told["agrees"] is False


def test_of_a_second_limiter_it_is_told_how_far_its_times_may_be_off_and_when_it_is_met():
    second = of_two()["behind"]["found"]
    low, high = second["bounds"]["window"]
    assert low <= second["window_s"] <= high
    assert second["met_first"] in (True, False)


def test_of_another_limiter_it_is_told_from_which_request_on_it_answered():
    findings = findings_of(FixedWindow(5, 2.0))
    another = Layer((), {}, {}, 0.0, None, let_in=3, after_s=1.0, closed_s=2.0)
    findings = replace(findings, identified=replace(findings.identified, behind=another))
    assert found(findings)["explained"] == len(findings.run.trace.observations)
    position = next(number for number, each in enumerate(findings.run.decided) if each.admitted and number > 20)
    decided = list(findings.run.decided)
    decided[position] = decided[position]._replace(admitted=False)
    refused = found(replace(findings, run=replace(findings.run, decided=decided)))
    assert refused["explained"] == decided[position].number


def test_what_shut_after_it_had_opened_is_not_said_to_be_shut_since_the_first_refusal():
    answer, run = identified(Closing(60), 3, Budget(600, 600.0))
    told = found(replace(findings_of(FixedWindow(5, 2.0)), run=run, identified=answer))
    assert told["algorithm"] is None
    assert told["shut_s"] > 500
    assert told["why"].startswith("nothing had been let in for")

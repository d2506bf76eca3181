"""What is told of an inquiry, as plain data."""

from functools import cache

from harness.limits.found import found
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from tests.identification.test_behind import Both
from tests.report.inquiries import findings_of


@cache
def of_one():
    return found(findings_of(FixedWindow(5, 2.0)))


@cache
def of_two():
    return found(findings_of(Both(TokenBucket(5.0, 8), FixedWindow(60, 30.0)), seed=4, look_behind=240))


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

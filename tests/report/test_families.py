"""Each family has a name, one of the field's, and its rule in words."""

import pytest

from harness.report.families import FIELD, NAMES, caption, either, rule

PARAMETERS = {"quota": 21, "window": 2.994, "batch": 20, "interval": 3.0072, "block": 6.0, "phase": 0.1}


@pytest.mark.parametrize("family", NAMES)
def test_every_family_has_a_rule_and_a_name_in_the_field(family: str) -> None:
    assert rule({"algorithm": family, "quota": 5, "window_s": 2.0, "refill_per_s": 2.5, "interval_s": 0.4})
    assert FIELD[family].startswith("a ")


@pytest.mark.parametrize(
    ("family", "told"),
    [
        ("token_bucket", "21 at most, 0.333 a second"),
        ("fixed_window_aligned", "21 in each 2.99 s"),
        ("fixed_window_first_hit", "21 in 2.99 s from the first"),
        ("sliding_log", "21 in any 2.99 s"),
        ("quantised_bucket", "21 at most, 20 every 3.01 s"),
        ("penalty_block", "21 in 2.99 s, then none for 6 s"),
    ],
)
def test_a_model_is_told_by_its_parameters(family: str, told: str) -> None:
    assert caption(family, PARAMETERS) == told


def test_a_block_that_is_renewed_is_told_so() -> None:
    found = {"algorithm": "penalty_block", "quota": 21, "window_s": 2.99, "block_s": 6.0, "block_renewed": True}
    assert rule(found) == "21 requests in 2.99 s, and after one more to none until nobody asked for 6 s"
    assert caption("penalty_block", {**PARAMETERS, "renewed": True}).endswith("then none for 6 s without a request")


def test_two_layers_are_told_one_after_the_other() -> None:
    first = {"family": "token_bucket", "parameters": {"quota": 8, "interval": 0.2}}
    second = {"family": "fixed_window_aligned", "parameters": {"quota": 60, "window": 30.1, "phase": 1.0}}
    told = caption("layers", {"first": first, "second": second})
    assert told == "token bucket, 8 at most, 5 a second; fixed window on the clock, 60 in each 30.1 s"


def test_without_parameters_nothing_is_told() -> None:
    assert caption("sliding_log", None) == ""


def test_of_several_windows_only_what_they_have_in_common_is_told() -> None:
    limits = {"algorithm": "fixed_window_first_hit|sliding_log", "quota": 14, "window_s": 2.1824}
    assert rule(limits) == "14 requests in 2.18 s"


def test_a_rule_has_no_more_decimals_than_its_bounds_warrant() -> None:
    limits = {"algorithm": "fixed_window_aligned", "quota": 20, "window_s": 2.9957, "bounds": {"window": [2.99, 3.01]}}
    assert rule(limits) == "20 requests in each 3.00 s of the clock"


def test_names_are_joined_as_a_person_does() -> None:
    assert either(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a, b or c"

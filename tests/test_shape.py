"""What plain data is not as it may be is told with its place, and with what stands there."""

import json
from typing import Any

import pytest

from harness.identification.families import FAMILIES
from harness.identification.parallel import CONCURRENCY, QUEUEING
from harness.limits_part import FIGURES, RULE
from harness.report.families import NAMES
from harness.shape import SHOWN, Shape

SCHEMA = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "number", "maximum": 9}, "b": {"items": {"type": "string"}}},
}


@pytest.mark.parametrize(
    ("value", "objection"),
    [
        ({"a": 1, "more": None}, None),
        ({}, "it.a is missing"),
        ([], "it cannot be []"),
        ({"a": True}, "it.a cannot be true"),
        ({"a": float("nan")}, "it.a cannot be NaN"),
        ({"a": float("-inf")}, "it.a cannot be -Infinity"),
        ({"a": 1, "b": ["", "\x1b", 5]}, "it.b.2 cannot be 5"),
        ({"a": "\x1b[31m"}, 'it.a cannot be "\\u001b[31m"'),
    ],
)
def test_an_objection_names_the_place_and_the_value(value: Any, objection: str | None) -> None:
    assert Shape(SCHEMA).objection(value, "it") == objection


def test_of_a_long_value_the_beginning_is_shown() -> None:
    assert len(str(Shape(SCHEMA).objection({"a": 10**400}, "it"))) < SHOWN + 30


@pytest.mark.parametrize("value", [{"a": 1, "\ud800": 1}, json.loads('{"a":' * 400 + "1" + "}" * 400)])
def test_what_no_schema_can_be_applied_to_is_objected_to(value: Any) -> None:
    assert "it is nested too deep" in str(Shape(SCHEMA).objection(value, "it"))


def test_the_families_whose_figures_are_known_are_those_that_there_are() -> None:
    assert set(FIGURES) == {family.family for family in FAMILIES} | {QUEUEING, CONCURRENCY} == set(NAMES)


@pytest.mark.parametrize(("family", "figures"), FIGURES.items())
def test_a_rule_without_a_figure_of_its_family_is_none_but_one_that_could_not_be_told_apart_may_lack_it(
    family: str, figures: tuple[str, ...]
) -> None:
    rule = {"algorithm": family, **dict.fromkeys(figures, 2)}
    assert RULE.objection(rule, "rule") is None
    assert RULE.objection({**rule, "algorithm": f"{family}|token_bucket"}, "rule") is None
    assert (
        RULE.objection({**rule, "algorithm": f"token_bucket|{family}", figures[-1]: None, "quota": 2}, "rule") is None
    )
    for name in figures:
        assert RULE.objection({**rule, name: None}, "rule") == f"rule.{name} cannot be null"

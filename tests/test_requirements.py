"""The table of requirements holds together: with the checks, with the contract, and in itself."""

import ast

import pytest

from harness.assets import asset
from harness.conformance.table import list_requirements
from harness.contract import Contract
from harness.errors import UsageError
from harness.requirements import load

ROW = """
- id: SES-1
  level: MUST
  clause: A session is created.
  place: "#/paths"
  checks: [one]
"""
MUSTS = {
    *("AUTH-1", "AUTH-2", "AUTH-3", "SES-1", "SES-2", "SES-3", "SES-4", "SES-5", "MSG-1", "MSG-2", "MSG-3", "MSG-4"),
    *("MSG-5", "HOOK-1", "HOOK-2", "HOOK-3", "RPL-1", "RPL-2", "RPL-3", "RPL-4", "RPL-5", "ERR-1", "ERR-2", "ERR-3"),
}
SHOULDS = {
    *(
        "AUTH-4",
        "SES-6",
        "SES-7",
        "SES-8",
        "MSG-6",
        "HOOK-4",
        "RPL-6",
        "RPL-7",
        "RPL-8",
        "RPL-9",
        "RPL-10",
        "RATE-1",
        "RATE-2",
    ),
    *("RATE-3", "RATE-4", "SEC-1", "SEC-2", "SEC-3", "SEC-4", "SEC-5", "SEC-6", "SEC-7", "HTTP-1", "HTTP-2", "HTTP-3"),
    "ERR-4",
}


def checks_in_contracts():
    """(requirement, check) of every function in contracts/ that pytest would collect."""
    for path in sorted(asset("contracts").glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                marks = [d for d in node.decorator_list if isinstance(d, ast.Call) and d.func.attr == "requirement"]
                named = [mark.args[0].value for mark in marks]
                yield (named[0] if len(named) == 1 else None), node.name.removeprefix("test_")


def test_every_must_and_should_is_there_at_its_level():
    by_level = {level: {r.id for r in list_requirements() if r.level == level} for level in ("MUST", "SHOULD")}

    assert by_level == {"MUST": MUSTS, "SHOULD": SHOULDS}


def test_every_must_and_should_has_a_check():
    assert [r.id for r in list_requirements() if r.level != "OBSERVE" and not r.checks] == []


def test_the_table_and_the_checks_name_each_other():
    in_the_table = sorted((r.id, check) for r in list_requirements() for check in r.checks)

    assert sorted(checks_in_contracts()) == in_the_table


def test_every_place_is_in_the_contract():
    contract = Contract(asset("openapi.yaml").read_text(encoding="utf-8"))

    for requirement in list_requirements():
        assert contract.at(requirement.place) is not None, requirement.id


def test_what_the_document_leaves_open_is_named_so():
    assert {r.level for r in list_requirements() if r.id.startswith("OBS-")} == {"OBSERVE"}


def test_expiry_is_stood_in_for_where_it_cannot_be_waited_for():
    [expiry] = [r for r in list_requirements() if r.id == "MSG-2"]

    assert (expiry.needs, expiry.stands_in) == ("session_ttl", "MSG-3")


def test_a_row_becomes_a_requirement():
    [requirement] = load(ROW)

    assert (requirement.id, requirement.level, requirement.checks) == ("SES-1", "MUST", ("one",))
    assert requirement.described()["checks"] == ["one"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("just text", "a list"),
        ("- [1, 2]", "a mapping with an id"),
        ("- {id: [", "no YAML"),
        (ROW.replace("MUST", "MAY"), "SES-1: level is one of MUST, SHOULD, OBSERVE"),
        (ROW.replace("clause", "claus"), "SES-1: clause is missing"),
        (ROW + "  why: because\n", "SES-1: there is no field 'why'"),
        (ROW.replace("[one]", "one"), "SES-1: checks is a list"),
        (ROW + "  needs: 5\n", "SES-1: every field but checks and mutants is a text"),
        (ROW + ROW, "SES-1 is there twice"),
        (ROW + "  stands_in: SES-9\n", "nothing is called 'SES-9'"),
    ],
)
def test_a_broken_table_is_told_with_its_place(text, complaint):
    with pytest.raises(UsageError, match=complaint.replace("[", r"\[")):
        load(text)

"""What becomes of an open point: observed, not observed, or inconclusive, and with what."""

import pytest

from harness.behaviour import behaviour
from harness.events import Checked
from harness.requirements import Requirement
from harness.verdict import judge_requirements


def point(*events, checks=("a",)):
    table = [Requirement("OBS-1", "OBSERVE", "whether it does", "#/info", checks)]
    (row,) = behaviour(judge_requirements(table, events, strict=False))
    return row


def seen(reason="it does", check="a", exercised=3, **evidence) -> Checked:
    return Checked(1, "OBS-1", check, "observed", exercised, reason, evidence)


def test_a_point_has_its_clause_finding_what_was_seen_and_what_it_stands_on():
    assert point(seen(finding="not observed", clause="whether it does", seed=7, status=404)) == {
        "id": "OBS-1",
        "clause": "whether it does",
        "finding": "not observed",
        "seen": "it does",
        "exercised": 3,
        "evidence": {"status": 404},
    }


@pytest.mark.parametrize("evidence", [{}, {"finding": "perhaps"}, {"finding": ["observed"]}, {"finding": "observed"}])
def test_without_a_finding_that_is_one_what_came_to_an_end_is_observed(evidence):
    assert point(seen(**evidence))["finding"] == "observed"


@pytest.mark.parametrize("outcome", ["not_exercised", "could_not_run", "fail"])
def test_what_did_not_come_to_an_end_is_inconclusive_and_says_why(outcome):
    row = point(Checked(1, "OBS-1", "a", outcome, 0, "no reply came"))

    assert (row["finding"], row["seen"]) == ("inconclusive", "no reply came")


def test_a_point_that_no_check_spoke_of_is_inconclusive():
    assert point()["seen"] == "no word from a"
    assert point(checks=())["finding"] == "inconclusive"


def test_of_several_checks_what_was_observed_counts_and_each_keeps_its_evidence():
    row = point(
        seen("once", "a", finding="observed", n=1),
        seen("never", "b", finding="not observed", n=2),
        seen("twice", "c", finding="observed", n=3),
        checks=("a", "b", "c"),
    )

    assert (row["finding"], row["seen"], row["exercised"]) == ("observed", "once; twice", 9)
    assert row["evidence"] == {"a": {"n": 1}, "c": {"n": 3}}


def test_only_open_points_are_on_the_card():
    table = [Requirement("R-1", "MUST", "the clause", "#/info", ("a",))]

    assert behaviour(judge_requirements(table, [], strict=False)) == []

"""What is told of a limiter: in the result, in words, and in the picture."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.report.charts.quota import SHOWN, quota
from harness.report.html import render
from harness.report.limits import NAMES, TABLE, facts, refutations, rule, sentence
from harness.report.write import write_report

ReportOf = Callable[[str], Path]


def limits_of(folder: Path) -> dict:
    return json.loads((folder / "result.json").read_text())["limits"]


def test_the_sentence_says_who_is_limited_to_what_and_how_sure_that_is(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter"))
    told = sentence(limits)
    assert told.startswith("the target limits each key to 5 requests in each ")
    assert told.endswith(f" s of the clock ({limits['confidence']:.0%} sure)")


def test_nothing_refused_is_told_with_how_far_it_was_tried_and_never_as_no_limit(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter_none"))
    none = limits["none_seen"]
    assert sentence(limits).startswith(f"no limit was seen up to {none['requests']} requests in ")
    assert none["requests"] == len(limits["requests"]) == limits["requests_spent"]
    assert "Nothing is said of what lies beyond" in (report_of("limiter_none") / "report.html").read_text()


def test_each_family_that_it_is_not_stands_with_a_request_that_refutes_it(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter"))
    rows = refutations(limits)
    assert rows
    assert all(len(row) == len(TABLE) for row in rows)
    page = (report_of("limiter") / "report.html").read_text()
    for name, count, words in rows:
        assert int(count) >= 2
        assert name in page
        assert words in page


def test_the_right_model_contradicts_nothing_in_the_picture_and_the_next_one_does(report_of: ReportOf) -> None:
    chart = quota(limits_of(report_of("limiter")))
    assert chart is not None
    right, wrong = chart.panels
    assert (right.name, right.wrong) == (NAMES["fixed_window_aligned"], 0)
    assert wrong.wrong > 0
    assert sum("wrong" in mark.look for mark in wrong.marks) == wrong.wrong
    assert len(right.marks) <= SHOWN


def test_every_request_of_the_stretch_has_its_mark(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter"))
    chart = quota(limits)
    assert chart is not None
    admitted = sum(mark.look.startswith("admitted") for mark in chart.panels[0].marks)
    first = int(chart.panels[0].marks[0].title.split()[1].rstrip(",")) - 1
    shown = limits["requests"][first : first + len(chart.panels[0].marks)]
    assert admitted == sum(each["verdict"] == "admitted" for each in shown)


def test_there_is_no_picture_where_there_is_no_model(report_of: ReportOf) -> None:
    assert quota(limits_of(report_of("limiter_none"))) is None
    assert quota(limits_of(report_of("limiter_of_groups"))) is None


def test_what_it_tells_of_itself_is_held_against_what_was_found(report_of: ReportOf) -> None:
    told = list(facts(limits_of(report_of("limiter"))))
    assert "Header fields: RateLimit, Retry-After, and what they claim is what was found." in told
    assert any(fact.startswith("Retry-After: ") for fact in told)


@pytest.mark.parametrize(("case", "exit_code"), [("limiter", 0), ("limiter_none", 0), ("limiter_interrupted", 130)])
def test_how_it_ended_decides_about_the_exit_code(report_of: ReportOf, case: str, exit_code: int) -> None:
    assert json.loads((report_of(case) / "result.json").read_text())["exit_code"] == exit_code


def test_an_inquiry_that_died_keeps_its_requests_and_claims_nothing(report_of: ReportOf) -> None:
    result = json.loads((report_of("limiter_died") / "result.json").read_text())
    assert result["limits"]["limited"] is None
    assert result["limits"]["requests"]
    assert result["exit_code"] == 3
    assert sentence(result["limits"]) == "nothing was found out"


def test_a_budget_that_was_spent_before_anything_was_identified_has_a_report(report_of: ReportOf) -> None:
    result = json.loads((report_of("limiter") / "result.json").read_text())
    spent = ("limited", "requests_spent", "seconds_spent", "left_undone", "scope", "scope_told", "refusal", "requests")
    found = {name: result["limits"][name] for name in (*spent, "retry_after", "headers", "calm_in_s", "budget")}
    assert "What was found" in render({**result, "limits": found})


def test_the_report_is_made_again_from_the_journal_alone(report_of: ReportOf) -> None:
    folder = report_of("limiter")
    before = json.loads((folder / "result.json").read_text())["limits"]
    (folder / "result.json").unlink()
    write_report(folder)
    assert limits_of(folder) == before


@pytest.mark.parametrize("family", NAMES)
def test_every_family_has_a_rule_in_words(family: str) -> None:
    assert rule({"algorithm": family, "quota": 5, "window_s": 2.0, "refill_per_s": 2.5, "interval_s": 0.4})

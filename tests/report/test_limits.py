"""What is told of a limiter, in the result and in words."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.report.html import render
from harness.report.limits import TABLE, algorithm, facts, note, refutations, sentence, window
from harness.report.write import write_report

ReportOf = Callable[[str], Path]
FOUND = {
    "limited": True,
    "algorithm": "fixed_window_first_hit",
    "confidence": 0.75,
    "quota": 14,
    "window_s": 2.1824,
    "scope": "key",
    "requests_spent": 614,
}
UNTOLD = {"algorithm": None, "confidence": 0.0, "let_in": 0, "after_s": 0.0, "closed_s": 0.6}


def limits_of(folder: Path) -> dict:
    return json.loads((folder / "result.json").read_text())["limits"]


def test_the_sentence_says_who_is_limited_to_what_and_how_sure_that_is(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter"))
    told = sentence(limits)
    assert told.startswith("the target limits each key to 5 requests in each ")
    assert told.endswith(f" s of the clock: a fixed window, {100 * limits['confidence']:.0f} % sure")


def test_nothing_refused_is_told_with_how_far_it_was_tried_and_never_as_no_limit(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter_none"))
    none = limits["none_seen"]
    assert sentence(limits).startswith(f"no limit was seen up to {none['requests']} requests in ")
    assert " s, and nothing was tried for longer" in sentence(limits)
    assert none["requests"] == len(limits["requests"]) == limits["requests_spent"]
    assert "Nothing is said of what lies beyond" in (report_of("limiter_none") / "report.html").read_text()


def test_a_rate_that_was_tried_is_only_told_where_it_says_more_than_the_count():
    none = {"requests": 213, "answered": 213, "per_s": 213}
    brief, long = ({"limited": False, "none_seen": {**none, "seconds": each}} for each in (0.3, 42.0))
    assert sentence(brief) == "no limit was seen up to 213 requests in 0.3 s, and nothing was tried for longer"
    assert "in 42 s, at most 213 of them in one second, and nothing" in sentence(long)


def test_each_family_that_it_is_not_stands_with_a_request_that_refutes_it(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter"))
    rows = refutations(limits)
    assert rows
    assert all(len(row) == len(TABLE) for row in rows)
    page = (report_of("limiter") / "report.html").read_text().replace("\N{NO-BREAK SPACE}", " ")
    cells = set(re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page))
    for each, (name, rule, count, words) in zip(limits["refuted"], rows, strict=False):
        assert count == f"{each['mismatches']} requests"
        assert {name, rule, count, words} <= cells


def test_a_family_that_could_not_be_fitted_is_listed_with_the_reason(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter"))
    reasons = {family: why for family, _, _, why in refutations({"ruled_out": limits["ruled_out"]})}
    assert reasons["queue"].startswith("no request waited in line")
    assert reasons["limit of requests under way"] == "single requests were refused, with no other under way"


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


def test_two_limiters_come_first_in_the_sentence_and_the_first_is_told_with_care() -> None:
    limits = {**FOUND, "behind": {"looked_with": 113, "found": UNTOLD}}
    assert sentence(limits) == (
        "the target limits each key by at least two limiters: about 14 requests in 2.18 s from the first of them is "
        "what was told of the first (a fixed window that its first request opens, 75 % sure), and of the other only "
        "that it is there"
    )
    assert window(limits) == "requests of the first limiter in 2.18 s"


def test_of_two_limiters_that_are_both_known_both_rules_are_told() -> None:
    second = {**UNTOLD, "algorithm": "sliding_log", "quota": 60, "window_s": 30.0, "confidence": 0.93}
    told = sentence({**FOUND, "behind": {"looked_with": 113, "found": second}})
    assert told.endswith("75 % sure), and 60 requests in any 30 s (a sliding window log, 93 % sure)")


def test_of_a_second_limiter_nothing_is_told_that_was_not_measured() -> None:
    for measured, words in (
        ({}, ", for up to 0.6 s"),
        ({"let_in": 5}, ", after 5 requests, for up to 0.6 s"),
        ({"let_in": 50, "after_s": 7.1}, ", after 50 requests in 7.1 s, for up to 0.6 s"),
        ({"closed_s": 0.0}, ""),
    ):
        limits = {**FOUND, "behind": {"looked_with": 113, "found": {**UNTOLD, **measured}}}
        refused = "Behind it: another limiter, which refused what this one would have let in"
        assert f"{refused}{words}. Its rule could not be told." in list(facts(limits))


def test_broken_promises_may_be_the_other_limiters_where_there_is_one() -> None:
    honesty = dict.fromkeys(("promised", "kept", "tested", "early", "rounded", "needless"), 0)
    broken = {**honesty, "promised": 9, "tested": 9, "kept": 7, "early": 2, "worst_early_s": 1.8}
    perhaps = "and those that were broken may be the other limiter's"
    for behind, told in ((None, False), (UNTOLD, True)):
        limits = {**FOUND, "retry_after": broken, "behind": {"looked_with": 9, "found": behind}}
        assert any(perhaps in fact for fact in facts(limits)) is told


@pytest.mark.parametrize(
    ("looked", "told"),
    [
        (0, "whether there is another limiter was not tried"),
        (1, "whether there is another limiter was hardly tried, with 1 request"),
        (14, "nothing else refused in 14 further requests"),
    ],
)
def test_another_limiter_that_was_hardly_looked_for_is_not_told_to_be_absent(looked: int, told: str) -> None:
    assert f"Behind it: {told}." in list(facts({**FOUND, "behind": {"looked_with": looked, "found": None}}))


def test_one_promise_was_and_several_were() -> None:
    one = dict.fromkeys(("promised", "kept", "tested", "early", "rounded", "needless"), 1)
    told = list(facts({**FOUND, "retry_after": {**one, "worst_early_s": 1.8, "worst_needless_s": 1.2}}))
    assert (
        "Retry-After: 1 of 1 promise that was tried was kept, 1 was too short, by up to 1.8 s, 1 was too short by less "
        "than a second, 1 was longer than needed, by up to 1.2 s."
    ) in told


def test_a_limiter_that_requests_contradict_is_never_told_without_them() -> None:
    limits = {**FOUND, "mismatches": 3}
    assert ", which 3 requests contradict, 75 % sure" in sentence(limits)
    assert algorithm(limits) == "fixed window from the first request, but for 3 requests"
    assert note(limits) == "not surer: 3 requests contradict it"


def test_what_is_less_than_sure_is_told_with_its_reason_and_times_with_their_bounds() -> None:
    rival = {"family": "sliding_log", "mismatches": 1, "parameters": {}}
    told = list(facts({**FOUND, "rivals": [rival], "bounds": {"window": [2.15, 2.21]}}))
    assert "Not surer: only 1 request speaks against a sliding log." in told
    assert "Window: 2.18 s, between 2.15 and 2.21." in told


def test_hints_at_two_limiters_are_told_as_such_where_the_second_was_not_met() -> None:
    limits = {**FOUND, "refusal": {"statuses": {"429": 164, "503": 223}}}
    told = "two limiters: refusals come with HTTP 429 (164 times) and HTTP 503 (223 times)."
    assert f"Perhaps {told}" in list(facts(limits))
    assert f"T{told[1:]}" in list(facts({**limits, "behind": {"looked_with": 1, "found": UNTOLD}}))

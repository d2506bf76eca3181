"""summary.md: the verdict first, and nothing of what a target said acts as Markdown or HTML."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.report.markdown import address, block, inline
from harness.report.write import write_report
from tests.report.cases import CASES
from tests.report.runs import HOSTILE, REQUIREMENTS, hostile, write_conform, write_load

ReportOf = Callable[[str], Path]
FENCED = re.compile(r"^(`{3,})text\n(.*?)\n\1$", re.DOTALL | re.MULTILINE)


def summary(folder: Path) -> str:
    return (folder / "summary.md").read_text(encoding="utf-8")


def unfenced(text: str) -> str:
    return FENCED.sub("[block]", text)


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_is_the_first_line(report_of: ReportOf, case: str) -> None:
    first = summary(report_of(case)).splitlines()[0]

    assert re.match(r"## (Pass|Fail|Not proven|Could not run|Invalid|Interrupted): \S.*[.…]$", first)


@pytest.mark.parametrize("case", CASES)
def test_every_row_of_a_table_has_the_cells_of_its_head(report_of: ReportOf, case: str) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", unfenced(summary(report_of(case))), re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(cells) == 1


def test_reds_come_with_their_clause_reason_and_evidence(report_of: ReportOf) -> None:
    text = summary(report_of("reds"))

    assert "**AUTH-2** (MUST, broken): every operation answers 401" in text
    assert "Why: a key that differs from a real one" in text
    assert "curl -X POST https://messaging.example.com/v1/sessions" in text
    assert "**RPL-1** (MUST, FLAKY)" in text


def test_the_counts_of_a_load_run_are_written_out_as_sums(report_of: ReportOf) -> None:
    text = summary(report_of("reds"))

    assert re.search(r"\| yes \| sent 1,200 = accepted 1,\d{3} \+ limited \d+ \+ failed \d+ \|", text)
    assert re.search(r"\| yes \| accepted 1,\d{3} = answered 1,\d{3} \+ lost \d+ \|", text)
    assert "**no**" not in text


def test_doubtful_figures_are_told_as_such(report_of: ReportOf) -> None:
    assert "**These figures are invalid**: requests were sent late" in summary(report_of("invalid"))


def test_nothing_that_a_target_said_changes_the_structure(tmp_path: Path) -> None:
    texts = []
    for name, harmless in (("hostile", ""), ("harmless", "harmless words ")):
        checked, traffic, settings = hostile(harmless)
        write_conform(tmp_path / name, checked, **settings)
        write_load(tmp_path / name, traffic, **settings)
        write_report(tmp_path / name)
        texts.append(summary(tmp_path / name))
    ours = "<details><summary>Every requirement</summary>", "</details>"
    attacked, calm = (unfenced(text).replace(ours[0], "").replace(ours[1], "") for text in texts)

    assert "<" not in attacked
    assert not re.search(r"(?<!\\)[`*]{1,2}(?=c\*|b`)", attacked)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]", attacked)
    assert attacked.count("\n") == calm.count("\n")
    assert attacked.count("[block]") == calm.count("[block]") > 0
    assert attacked.count("**") == calm.count("**")


def test_a_block_is_fenced_by_more_backticks_than_it_holds() -> None:
    assert block("a ````` b", 100) == "``````text\na ````` b\n``````"


def test_inline_text_neither_links_nor_mentions_nor_breaks_the_line() -> None:
    shown = inline(HOSTILE, 1000)

    assert "\n" not in shown
    assert "www." not in shown
    assert r"\[d\](javascript:" in shown
    assert r"\@everyone" in shown
    assert inline("see https://evil.example") == r"see https\://evil.example"


def test_known_failures_stand_in_a_table_with_their_owner(report_of: ReportOf) -> None:
    text = summary(report_of("known"))

    assert "| AUTH-2 | known failure | known until 2026-11-22, by team-edge: ticket 4711, in the proxy |" in text
    assert "## Pass: The contract is kept, but for 2 known failures." in text


def test_every_requirement_is_listed_with_what_its_verdict_stands_on(report_of: ReportOf) -> None:
    rows = re.findall(r"^\| ([A-Z]+-\w+) \| [A-Z]+ \| [\w ,]+ \| \d+ \|$", summary(report_of("reds")), re.MULTILINE)

    assert rows == [requirement.id for requirement in REQUIREMENTS]


def test_a_plain_address_stands_as_it_is_and_any_other_as_text() -> None:
    assert address("http://127.0.0.1:8088") == "`http://127.0.0.1:8088`"
    assert address("https://a.example/`b`") == inline("https://a.example/`b`")


def test_the_rule_of_a_limiter_is_told_once_and_begins_with_a_capital(report_of: ReportOf) -> None:
    text = summary(report_of("limiter"))

    assert "## Pass: The target limits each key to 5 requests" in text
    assert text.lower().count("the target limits each key") == 1
    assert "Target `https://messaging.example.com`," in text

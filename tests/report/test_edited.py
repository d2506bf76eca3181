"""A journal of an inquiry that somebody edited is told in a line, or shown; it never ends in an error of ours."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from harness.errors import JournalError
from harness.recording import section
from harness.recording.reader import read_run
from harness.report import html, junit, result_json, summary
from harness.report.console import closing_lines
from harness.report.legible import cleaned, legible
from harness.report.write import write_report, write_so_far
from harness.result import result_of
from harness.secret import Redactor
from tests.acceptance.command import harness
from tests.report.cases import CASES

ReportOf = Callable[[str], Path]
Line = dict[str, Any]
NONSENSE = (
    None,
    True,
    5,
    -5,
    0.5,
    1e308,
    10**400,
    float("nan"),
    float("-inf"),
    "x",
    "|",
    [],
    ["x"],
    [[]],
    {},
    {"x": 1},
)


def lines_of(folder: Path) -> list[Line]:
    return [json.loads(line) for line in (folder / "journal.ndjson").read_text().splitlines() if line]


def as_written(lines: list[Line]) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)


def written(folder: Path, lines: list[Line]) -> Path:
    (folder / "journal.ndjson").write_text(as_written(lines))
    return folder


def shown(folder: Path) -> None:
    """Everything that a report of it is, but for the files."""
    result = cleaned(result_of(read_run(folder)), Redactor())
    result_json.render(result)
    for page in (junit, summary, html):
        page.render(legible(result))
    closing_lines(result, folder, width=100, colour=False)


def edits(value: Any, told: Callable[[Any], Any]) -> Iterator[Any]:
    """The same data with one value in it replaced or left out; of a list the first."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield told({key: each for key, each in value.items() if key != name})
            yield from edits(inner, lambda each, name=name: told({**value, name: each}))
    elif isinstance(value, list) and value:
        yield from edits(value[0], lambda each: told([each, *value[1:]]))
    for each in NONSENSE:
        yield told(each)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "kind"),
    [
        *(("limiter", kind) for kind in ("identified", "began", "asked", "ended")),
        ("limiter_none", "identified"),
        ("limiter_of_groups", "identified"),
    ],
)
def test_whichever_single_value_is_edited_it_is_told_or_shown(
    report_of: ReportOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str, kind: str
) -> None:
    # All the other lines are the same each time, and a record does not change.
    monkeypatch.setattr(section, "decode", lru_cache(maxsize=None)(section.decode))
    lines = lines_of(report_of(case))
    number = next(number for number, line in enumerate(lines) if line.get("e") == kind)
    before, after = (as_written(part) for part in (lines[:number], lines[number + 1 :]))
    told: list[str] = []
    for edited in edits(lines[number], lambda each: each):
        if not isinstance(edited, dict) or "e" not in edited:
            continue
        (tmp_path / "journal.ndjson").write_text(before + as_written([edited]) + after)
        try:
            shown(tmp_path)
        except JournalError as error:
            told.append(str(error))
    assert len(told) > 20
    assert all(len(each.splitlines()) == 1 for each in told)


@pytest.mark.parametrize(
    ("edit", "of_what"),
    [
        ({"confidence": 1e308}, "limits.confidence"),
        ({"quota": -5}, "limits.quota cannot be -5"),
        ({"window_s": None}, "limits.window_s cannot be null"),
        ({"algorithm": "nonsense"}, "limits.algorithm"),
        ({"limited": False}, "limits.none_seen is missing"),
        ({"trace": [-1]}, "limits.trace.0"),
        ({"behind": {"looked_with": 3, "found": {"algorithm": "sliding_log", "let_in": 3}}}, "limits.behind.found"),
    ],
)
def test_the_line_says_what_of_it_was_edited(
    report_of: ReportOf, tmp_path: Path, edit: dict[str, Any], of_what: str
) -> None:
    lines = lines_of(report_of("limiter"))
    found = next(line["found"] for line in lines if line.get("e") == "identified")
    found |= edit
    with pytest.raises(JournalError, match=f"edited: {of_what}"):
        write_report(written(tmp_path, lines))
    with pytest.raises(JournalError, match=f"edited: {of_what}"):
        write_so_far(tmp_path)


def test_the_command_says_so_in_one_line_and_ends_with_the_code_of_a_wrong_journal(
    report_of: ReportOf, tmp_path: Path
) -> None:
    lines = lines_of(report_of("limiter"))
    began = next(line for line in lines if line.get("e") == "began")
    del began["settings"]["budget"]
    written(tmp_path, lines)
    for more in ((), ("--so-far",)):
        said = harness("report", str(tmp_path), *more)
        assert said.returncode == 2
        assert said.stderr.splitlines() == [
            "harness: not a journal of this harness, or edited: limits.budget cannot be null"
        ]


def test_keys_that_a_later_version_may_add_are_let_through_and_those_of_later_days_may_lack(
    report_of: ReportOf, tmp_path: Path
) -> None:
    lines = lines_of(report_of("limiter"))
    found = next(line["found"] for line in lines if line.get("e") == "identified")
    del found["behind"]
    found |= {"weather": ["fine"], "refusal": {**found["refusal"], "colour": None}}
    assert write_report(written(tmp_path, lines))["limits"]["weather"] == ["fine"]


def test_how_many_answers_there_were_where_no_limit_was_seen_is_a_count_and_was_not_told_in_earlier_days(
    report_of: ReportOf, tmp_path: Path
) -> None:
    lines = lines_of(report_of("limiter_none"))
    none = next(line["found"] for line in lines if line.get("e") == "identified")["none_seen"]
    del none["answered"]
    assert write_report(written(tmp_path, lines))["limits"]["none_seen"] == none
    none["answered"] = None
    with pytest.raises(JournalError, match=r"edited: limits\.none_seen\.answered cannot be null"):
        write_report(written(tmp_path, lines))


def test_a_trace_of_which_no_request_is_left_has_no_picture(report_of: ReportOf, tmp_path: Path) -> None:
    lines = [line for line in lines_of(report_of("limiter")) if line.get("e") != "asked"]
    assert "What was found" in (write_report(written(tmp_path, lines)), (tmp_path / "report.html").read_text())[1]


def test_every_case_of_an_inquiry_is_as_it_may_be(report_of: ReportOf) -> None:
    for case in (name for name in CASES if name.startswith("limiter")):
        assert "limits" in write_report(report_of(case))

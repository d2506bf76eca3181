"""Annotations: one command a line, at the line of its clause, and nothing that a target says is a command."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.report.github import annotations
from harness.report.legible import legible
from harness.report.lines import places
from tests.report.cases import CASES

ReportOf = Callable[[str], Path]
COMMAND = re.compile(r"::(error|warning) file=openapi\.yaml,(?:line=(\d+),)?title=([^:,]*)::([^\r\n]*)")


def told(folder: Path, **changes: Any) -> list[str]:
    result = legible(json.loads((folder / "result.json").read_text()))
    rows = [{**row, **changes} for row in result.get("requirements", ())]
    return annotations({**result, "requirements": rows}, places())


def commands(folder: Path, **changes: Any) -> list[tuple[str, ...]]:
    """Of each annotation its kind, line, title and message."""
    found = [COMMAND.fullmatch(line) for line in told(folder, **changes)]
    return [match.groups("") for match in found if match]


@pytest.mark.parametrize("case", CASES)
def test_every_annotation_is_one_command_on_one_line(report_of: ReportOf, case: str) -> None:
    lines = told(report_of(case))

    assert [line for line in lines if not COMMAND.fullmatch(line)] == []


@pytest.mark.parametrize("case", CASES)
def test_errors_are_what_is_red_and_warnings_the_failures_that_are_not(report_of: ReportOf, case: str) -> None:
    folder = report_of(case)
    rows = json.loads((folder / "result.json").read_text()).get("requirements", ())
    by_kind = {kind: {c[2] for c in commands(folder) if c[0] == kind} for kind in ("error", "warning")}

    assert by_kind["error"] == {row["id"] for row in rows if row["red"]}
    assert by_kind["warning"] == {row["id"] for row in rows if row["verdict"] == "fail" and not row["red"]}


def test_it_stands_at_the_line_of_its_clause(report_of: ReportOf) -> None:
    (_, line, title, _), *_ = commands(report_of("reds"), place="#/components/responses/Unauthorized")
    contract = (Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8").splitlines()

    assert title == "AUTH-2"
    assert contract[int(line) - 1] == "    Unauthorized:"


def test_a_message_has_the_clause_what_was_sent_and_answered_and_how_to_try_it_again(report_of: ReportOf) -> None:
    (*_, broken), (*_, flaky), *_ = commands(report_of("reds"))

    assert broken.startswith("broken: every operation answers 401")
    assert "%0Asent: curl -X POST" in broken
    assert "%0Aanswered: HTTP/1.1 200 OK" in broken
    assert broken.endswith("%0Aagain: harness conform --only AUTH-2 --seed 7")
    assert flaky.startswith("FLAKY: ")


def test_a_known_failure_is_a_warning_with_its_owner(report_of: ReportOf) -> None:
    (kind, _, title, message), *_ = commands(report_of("known"))

    assert (kind, title) == ("warning", "AUTH-2")
    assert "by team-edge: ticket 4711, in the proxy" in message


def test_what_would_end_a_command_or_its_title_is_escaped(report_of: ReportOf) -> None:
    (*_, line), *_ = [
        told(report_of("reds"), id="a:b,c%d\n::error::e", clause="50 % of it", reproduce="x\r\n::add-mask::y")[:1]
    ]

    assert "title=a%3Ab%2Cc%25d%0A%3A%3Aerror%3A%3Ae::" in line
    assert "50 %25 of it" in line
    assert "\n" not in line
    assert "\r" not in line

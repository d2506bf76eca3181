"""The closing lines of a command: the verdict in plain words, and no escape sequence that is not ours."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.report.console import closing_lines
from tests.report.cases import CASES

ReportOf = Callable[[str], Path]


def lines(folder: Path, width: int = 100, colour: bool = False) -> list[str]:
    return closing_lines(json.loads((folder / "result.json").read_text()), folder, width, colour)


@pytest.mark.parametrize("case", CASES)
def test_they_are_few_start_with_the_verdict_and_end_with_the_report(report_of: ReportOf, case: str) -> None:
    folder = report_of(case)
    shown = lines(folder)
    spoken = [line for line in shown if line]

    assert re.match(r"(Pass|Fail|Not proven|Could not run|Invalid|Interrupted): ", spoken[0])
    assert spoken[-1] == f"Report       {folder / 'report.html'}"
    assert len(shown) <= 64


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("colour", [False, True])
def test_no_control_character_but_our_own_colours_is_shown(report_of: ReportOf, case: str, colour: bool) -> None:
    text = "\n".join(lines(report_of(case), colour=colour))
    ours = re.findall(r"\x1b\[(?:1;)?(?:3[1-6])?m|\x1b\[0m", text)
    bare = re.sub(r"\x1b\[(?:1;)?(?:3[1-6])?m|\x1b\[0m", "", text)

    assert bool(ours) == colour
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", bare)


def test_colour_changes_nothing_but_the_colour(report_of: ReportOf) -> None:
    plain, tinted = (lines(report_of("reds"), colour=colour) for colour in (False, True))

    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in tinted] == plain


def test_reds_are_named_with_their_clause(report_of: ReportOf) -> None:
    text = " ".join("\n".join(lines(report_of("reds"))).split())

    assert "AUTH-2 broken: every operation answers 401 to a header that is malformed" in text
    assert "RPL-1 FLAKY: a message that was accepted leads to a reply" in text
    assert "MISSED lost<0.1%" in text


def test_what_was_not_tried_is_named_with_its_reason(report_of: ReportOf) -> None:
    folder = report_of("green")
    rows = json.loads((folder / "result.json").read_text())["requirements"]
    left = [row for row in rows if row["verdict"] == "not_exercised" and row["level"] == "SHOULD"]
    text = " ".join("\n".join(lines(folder)).split())

    assert left
    assert all(row["id"] in text for row in left)
    assert f"{left[0]['id']}" in text.partition("Not tried ")[2]
    assert left[0]["reason"] in text.partition("Not tried ")[2]


def test_figures_stand_in_columns_that_end_together(report_of: ReportOf) -> None:
    shown = lines(report_of("green"))
    start = next(number for number, line in enumerate(shown) if line.startswith("Latency, ms"))
    table = shown[start : start + 6]

    assert len({len(line) for line in table}) == 1
    assert [line[:5] for line in table[1:]] == ["Reply", "Reply", "Respo", "Respo", "Sessi"]


def test_invalid_figures_say_so_and_why(report_of: ReportOf) -> None:
    text = " ".join("\n".join(lines(report_of("invalid"))).split())

    assert "Figures invalid: requests were sent late: p99" in text


def test_lines_keep_to_the_width_of_the_terminal(report_of: ReportOf) -> None:
    folder = report_of("reds")
    spoken = [line for line in lines(folder, width=72) if not line.startswith("Report ")]

    assert max(len(line) for line in spoken) <= 72


def test_a_failure_tells_what_was_sent_what_it_stands_on_and_how_to_try_it_again(report_of: ReportOf) -> None:
    text = " ".join("\n".join(lines(report_of("reds"))).split())

    assert "sent: curl -X POST https://messaging.example.com/v1/sessions" in text
    assert "stands on 48 requests or replies; failed again when replayed" in text
    assert "FLAKY: did not fail again when replayed again: harness conform --only RPL-1 --seed 7" in text


def test_known_failures_are_told_and_those_out_of_date_are_red(report_of: ReportOf) -> None:
    known, red = (" ".join("\n".join(lines(report_of(case))).split()) for case in ("known", "out_of_date"))

    assert "AUTH-2 known failure: known until 2026-11-22, by team-edge: ticket 4711, in the proxy" in known
    assert "RPL-1 FLAKY, known: known until 2026-11-22, by team-chat: ticket 4712" in known
    assert "MSG-2 not exercised: known until 2026-11-22, by team-ops" in known
    assert "AUTH-2 known, expired:" in red
    assert "known until 2026-11-21, by team-edge: expired" in red
    assert "RPL-1 passes now: remove it from ci/known.yaml" in red

"""write_report: every format from the journal alone, the same bytes each time, and never a secret."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import JournalError
from harness.report.write import write_report, write_so_far
from harness.secret import MASK, Redactor, Secret
from tests.report.cases import CASES
from tests.report.runs import BROKEN_AUTH, with_outcomes, write_conform

ReportOf = Callable[[str], Path]
FORMATS = {"result.json", "junit.xml", "summary.md", "report.html"}
OF_A_GATE = FORMATS | {"gate.sarif"}


@pytest.mark.parametrize("case", CASES)
def test_writing_again_from_the_same_journal_gives_the_same_bytes(tmp_path: Path, case: str) -> None:
    CASES[case](tmp_path)
    write_report(tmp_path)
    once = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_report(tmp_path)

    assert once.keys() >= FORMATS
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == once


def test_the_folder_holds_the_formats_and_the_joined_journal_and_nothing_unfinished(tmp_path: Path) -> None:
    CASES["green"](tmp_path)
    write_report(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == OF_A_GATE | {"journal.ndjson"}


def test_what_is_returned_is_what_result_json_holds(tmp_path: Path) -> None:
    CASES["reds"](tmp_path)
    result = write_report(tmp_path)

    assert json.loads((tmp_path / "result.json").read_text(encoding="ascii")) == result


def test_result_json_keeps_what_a_target_said_to_the_last_surrogate(tmp_path: Path) -> None:
    CASES["hostile_target"](tmp_path)
    result = write_report(tmp_path)
    read = json.loads((tmp_path / "result.json").read_text(encoding="ascii"))

    assert "\ud800" in read["target"]["base_url"]
    assert read == result


def test_no_secret_is_in_any_file_even_where_the_journal_holds_it(tmp_path: Path) -> None:
    key = "key-that-must-not-be-seen"
    leak = {**BROKEN_AUTH.evidence, "response": f"you sent {key}", key: [key]}
    write_conform(
        tmp_path, with_outcomes(type(BROKEN_AUTH)(6, "AUTH-2", "near-key", "fail", 1, f"it said {key}", leak))
    )
    write_report(tmp_path, Redactor(Secret(key)))

    for name in OF_A_GATE:
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert key not in text
        assert MASK.strip("[]") in text


def test_a_number_that_json_cannot_hold_is_told_by_name(tmp_path: Path) -> None:
    odd = type(BROKEN_AUTH)(6, "AUTH-2", "near-key", "fail", 1, "odd", {"response": {"value": float("nan")}})
    write_conform(tmp_path, with_outcomes(odd))
    write_report(tmp_path)

    assert '"value": "nan"' in (tmp_path / "result.json").read_text()


def test_a_folder_without_a_journal_is_an_error_and_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="holds no journal"):
        write_report(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_of_a_run_that_goes_on_a_report_is_written_aside_and_its_journal_left_alone(tmp_path: Path) -> None:
    CASES["green"](tmp_path)
    parts = {path.name: path for path in (tmp_path / "parts").iterdir()}
    for path in parts.values():
        lines = [line for line in path.read_text().splitlines(keepends=True) if '"e":"ended"' not in line]
        path.write_text("".join(lines) + '{"e":"sent","at":1')  # a line that is just being written
    journal = {name: path.read_bytes() for name, path in parts.items()}

    result = write_so_far(tmp_path)

    assert result["so_far"] is True
    assert result["verdict"] == "pass"
    assert {path.name for path in (tmp_path / "so-far").iterdir()} == OF_A_GATE
    assert "so far" in (tmp_path / "so-far" / "report.html").read_text()
    assert {name: path.read_bytes() for name, path in parts.items()} == journal


def test_the_report_at_the_end_takes_the_place_of_the_one_so_far(tmp_path: Path) -> None:
    CASES["green"](tmp_path)
    write_so_far(tmp_path)
    result = write_report(tmp_path)

    assert "so_far" not in result
    assert not (tmp_path / "so-far").exists()

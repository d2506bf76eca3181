"""A gate with a list of known failures, from the command line to its exit code."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.command import harness
from tests.cli.conftest import Target

ONLY = ("conform", "--only", "MSG-3", "--report", "run")


def write_entry(folder: Path, name: str = "known-failures.yaml", days: int = 1) -> None:
    """MSG-3 as known for `days` from today on."""
    expires = datetime.now(UTC).date() + timedelta(days=days)
    (folder / name).write_text(f"- {{requirement: MSG-3, reason: ticket 4711, owner: team-chat, expires: {expires}}}\n")


@pytest.mark.parametrize(("days", "exit_code"), [(1, 0), (-1, 1)])
def test_a_failure_listed_in_the_current_folder_is_borne_until_its_last_day(tmp_path, target: Target, days, exit_code):
    write_entry(tmp_path, days=days)

    done = harness(*ONLY, cwd=tmp_path, **target("wrong-error-code"))

    assert done.returncode == exit_code, done.stdout + done.stderr
    (row,) = json.loads((tmp_path / "run" / "result.json").read_text())["requirements"]
    assert (row["verdict"], row["red"]) == ("fail", exit_code == 1)
    assert row["known"]["owner"] == "team-chat"


def test_a_failure_that_is_gone_fails_the_gate_and_does_so_again_from_the_journal(tmp_path, target: Target):
    write_entry(tmp_path, "mine.yaml")

    done = harness(*ONLY, "--known-failures", "mine.yaml", cwd=tmp_path, **target())
    first = (tmp_path / "run" / "result.json").read_bytes()
    (tmp_path / "mine.yaml").unlink()
    again = harness("report", "run", cwd=tmp_path)

    assert (done.returncode, again.returncode) == (1, 1)
    assert "MSG-3 passes now: remove it from mine.yaml" in done.stdout
    assert (tmp_path / "run" / "result.json").read_bytes() == first


def test_the_embedded_sandbox_is_not_held_to_the_list_of_another_target(tmp_path):
    write_entry(tmp_path)

    done = harness(*ONLY, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr

"""A gate in GitHub Actions: annotations on stdout, the summary in the step's file, and no command of a target's."""

import re
from pathlib import Path

from tests.acceptance.command import harness
from tests.cli.conftest import Target

GATE = ("conform", "--only", "MSG-3", "--report", "run")


def in_actions(target: dict[str, str], step: Path) -> dict[str, str]:
    return {**target, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(step)}


def test_a_red_requirement_is_annotated_and_the_summary_goes_to_the_step(tmp_path, target: Target):
    step = tmp_path / "step.md"
    step.write_text("before\n")

    done = harness(*GATE, cwd=tmp_path, **in_actions(target("wrong-error-code"), step))

    (annotation,) = [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert re.match(r"::error file=openapi\.yaml,line=\d+,title=MSG-3::broken: A session id", annotation)
    assert done.returncode == 1
    assert step.read_text() == "before\n" + (tmp_path / "run" / "summary.md").read_text()


def test_what_is_printed_for_people_holds_no_command(tmp_path, target: Target):
    done = harness(*GATE, cwd=tmp_path, **in_actions(target("wrong-error-code"), tmp_path / "step.md"))

    stopped = re.search(r"^::stop-commands::(\w{32})\n(.*?)^::\1::$", done.stdout, re.MULTILINE | re.DOTALL)
    assert stopped is not None
    assert "MSG-3        broken: " in stopped[2]


def test_a_step_summary_that_cannot_be_written_is_told_and_changes_nothing_else(tmp_path, target: Target):
    done = harness(*GATE, cwd=tmp_path, **in_actions(target(), tmp_path / "no" / "such" / "folder"))

    assert done.returncode == 0
    assert "GITHUB_STEP_SUMMARY cannot be written: No such file or directory" in done.stderr


def test_elsewhere_there_is_no_command(tmp_path, target: Target):
    done = harness(*GATE, cwd=tmp_path, **{**target("wrong-error-code"), "GITHUB_STEP_SUMMARY": str(tmp_path / "s")})

    assert "::" not in done.stdout
    assert not (tmp_path / "s").exists()

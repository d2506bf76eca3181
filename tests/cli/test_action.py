"""action.yml and the workflow: they parse, use what they declare, and never put a key where it can be read."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.profile import Profile

ROOT = Path(__file__).parents[2]


def read(path: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load((ROOT / path).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return document


ACTION, WORKFLOW = read("action.yml"), read(".github/workflows/conformance.yml")
STEPS = ACTION["runs"]["steps"]
USES = re.compile(r"\binputs\.([a-z-]+)")


def test_every_input_is_told_and_used_and_no_other():
    assert set(USES.findall(yaml.dump(ACTION["runs"]))) == ACTION["inputs"].keys()
    assert all(given["description"].endswith(".") and "default" in given for given in ACTION["inputs"].values())


def test_a_command_line_is_fixed_and_whatever_varies_comes_by_the_environment():
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []
    assert all(step["shell"] == "bash" for step in STEPS if "run" in step)


def test_a_key_goes_nowhere_but_into_the_environment_of_the_gate():
    holders = [
        (step["name"], place, name)
        for step in STEPS
        for place in ("env", "with", "run", "if")
        for name, value in (step.get(place, {}) if isinstance(step.get(place), dict) else {"": step.get(place)}).items()
        if "api-key" in str(value)
    ]

    assert holders == [("Gate", "env", "HARNESS_API_KEY"), ("Gate", "env", "HARNESS_OTHER_API_KEY")]


def test_every_variable_of_the_gate_is_a_setting_of_the_harness_under_its_own_name():
    (gate,) = [step for step in STEPS if step["name"] == "Gate"]
    ours = {name: value for name, value in gate["env"].items() if name.startswith("HARNESS_")}

    assert {name.removeprefix("HARNESS_").lower() for name in ours} <= set(Profile.__dataclass_fields__)
    for name, value in ours.items():
        assert value == f"${{{{ inputs.{name.removeprefix('HARNESS_').lower().replace('_', '-')} }}}}"


def test_it_installs_itself_and_runs_the_gate():
    commands = " ".join(step.get("run", "") for step in STEPS)

    assert 'pip install --quiet "$SOURCE"' in commands
    assert '/bin/harness" conform --report "$REPORT"' in commands
    assert (
        next(step for step in STEPS if "SOURCE" in step.get("env", {}))["env"]["SOURCE"] == "${{ github.action_path }}"
    )


@pytest.mark.parametrize("step", [step for step in STEPS if step["name"].startswith("Upload")], ids=lambda s: s["name"])
def test_what_was_found_is_uploaded_also_where_the_gate_is_red(step):
    assert "!cancelled()" in step["if"]


def test_the_workflow_gives_the_action_only_what_it_takes_and_the_key_from_a_secret():
    (job,) = WORKFLOW["jobs"].values()
    (gate,) = [step for step in job["steps"] if step["uses"] == "./"]

    assert gate["with"].keys() <= ACTION["inputs"].keys()
    assert gate["with"]["api-key"] == "${{ secrets.HARNESS_API_KEY }}"
    assert WORKFLOW["permissions"] == {"contents": "read", "security-events": "write"}
    assert set(USES.findall(yaml.dump(gate))) <= WORKFLOW["on"]["workflow_dispatch"]["inputs"].keys()


def test_every_foreign_action_is_pinned_to_a_version():
    steps = STEPS + [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]

    assert [s["uses"] for s in steps if not re.fullmatch(r"\./|[\w-]+/[\w/-]+@v\d+", s.get("uses", "./"))] == []

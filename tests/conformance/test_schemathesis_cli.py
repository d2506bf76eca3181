"""`schemathesis run openapi.yaml` in a clone: our rules, by somebody else's command."""

import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.acceptance.command import environment
from tests.sandbox.process import CLIENT_ID, KEY, QUICK, SandboxProcess

ROOT = Path(__file__).parents[2]
SCHEMATHESIS = str(Path(sysconfig.get_path("scripts")) / "schemathesis")
FAULTS = {
    ("status-mismatch",): (("examples",), ("ERR-2",)),
    ("string-status",): (("examples",), ("ERR-2",)),
    # In different operations, for the first failure of an operation ends its phase.
    ("wrong-error-code", "apostrophe-500"): (("examples", "fuzzing"), ("MSG-3", "ERR-1", "SES-5")),
    ("auth-off",): (("examples",), ("AUTH-1",)),
}


def run(base_url, *options, **variables):
    """It runs as a user runs it: at the top of a clone, the credentials in the environment."""
    given = {"HARNESS_API_KEY": KEY, "HARNESS_CLIENT_ID": CLIENT_ID, **variables}
    return subprocess.run(
        [SCHEMATHESIS, "run", "openapi.yaml", "--url", base_url, *options],
        cwd=ROOT,
        env=environment(**{name: value for name, value in given.items() if value}),
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def faithful(tmp_path_factory):
    with SandboxProcess(tmp_path_factory.mktemp("sandbox"), *QUICK, "--quiet") as sandbox:
        yield sandbox


def test_a_faithful_target_passes_and_every_operation_was_accepted(faithful):
    done = run(faithful.base_url, "--max-examples", "5", "--seed", "3")

    assert done.returncode == 0, done.stdout
    assert "No issues found" in done.stdout
    requests = faithful.log("request")
    accepted = {entry["operation"] for entry in requests if entry["status"] == 200}
    assert accepted == {"createSession", "sendMessage", "registerWebhook"}
    assert any(entry["operation"] == "sendMessage" and entry["status"] == 404 for entry in requests)
    # However odd the URL that was generated, none that leads off this machine was registered.
    assert not [entry for entry in requests if "not on this machine" in entry["note"]]


@pytest.mark.parametrize("faults", FAULTS)
def test_a_fault_is_told_by_the_requirement_that_it_breaks(tmp_path, faults):
    phases, requirements = FAULTS[faults]
    seeded = [option for fault in faults for option in ("--fault", fault)]
    with SandboxProcess(tmp_path, *QUICK, "--quiet", *seeded) as sandbox:
        done = run(sandbox.base_url, "--phases", ",".join(phases), "--max-examples", "12")

    assert done.returncode == 1, done.stdout + done.stderr
    for requirement in requirements:
        assert f"{requirement} (MUST): " in done.stdout
    assert "curl -X POST" in done.stdout
    assert KEY not in done.stdout


def test_a_limited_target_is_waited_for(tmp_path):
    with SandboxProcess(tmp_path, *QUICK, "--quiet", "--rate-limit", "6", "--burst", "2") as sandbox:
        done = run(sandbox.base_url, "--phases", "examples")
        limited = [entry for entry in sandbox.log("request") if entry["status"] == 429]

    assert done.returncode == 0, done.stdout
    assert limited


@pytest.mark.parametrize(
    ("base_url", "variables", "words"),
    [
        (None, {"HARNESS_API_KEY": ""}, "Missing environment variable: `HARNESS_API_KEY`"),
        (None, {"HARNESS_CLIENT_ID": ""}, "set HARNESS_CLIENT_ID"),
        (None, {"HARNESS_API_KEY": "never-issued"}, "CredentialsRefused"),
        ("https://api.example.invalid", {}, "set HARNESS_PUBLIC_URL"),
    ],
)
def test_what_is_missing_ends_it_at_once(faithful, base_url, variables, words):
    done = run(base_url or faithful.base_url, **variables)

    assert done.returncode not in (0, 1)
    assert words in done.stdout.replace("\n ", " ")
    assert "never-issued" not in done.stdout

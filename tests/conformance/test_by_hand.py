"""`pytest contracts`, without the command around it."""

import os
import subprocess
import sys

from harness.assets import asset
from harness.profile import environment_of
from tests.conformance.conftest import TENANTS, Verdicts


def by_hand(profile, folder, *options):
    """Runs it from an empty folder, its credentials in the environment and the target as an option."""
    environment = {**os.environ, **environment_of(profile), "HARNESS_BASE_URL": "", "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [sys.executable, "-m", "pytest", str(asset("contracts")), "--base-url", profile.base_url, *options]
    return subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_it_starts_a_sink_and_leaves_a_whole_journal(sandbox, tmp_path):
    done = by_hand(sandbox(), tmp_path, "--only", "SES-1,RPL-5,MSG-2")

    assert done.returncode == 0, done.stdout
    [folder] = (tmp_path / "reports").iterdir()
    verdicts = Verdicts(folder)
    assert verdicts.with_outcome("pass") == {"SES-1", "RPL-5"}
    assert verdicts.with_outcome("not_exercised") == {"MSG-2"}
    assert [event.ending for event in verdicts.ended] == ["completed"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reports"]


def test_a_broken_must_is_a_failed_test_that_shows_how_to_repeat_it(sandbox, tmp_path):
    done = by_hand(sandbox("--fault", "missing-user-id"), tmp_path, "--only", "SES-1")

    assert done.returncode == 1
    assert "SES-1 (MUST) fail" in done.stdout
    assert "curl -i -X POST" in done.stdout
    assert TENANTS[0]["api_key"] not in done.stdout + done.stderr


def known(folder, requirement, expires="2999-12-31"):
    (folder / "known-failures.yaml").write_text(
        f"- {{requirement: {requirement}, reason: ticket 4711, owner: team-chat, expires: {expires}}}\n"
    )


def test_a_failure_that_is_known_of_is_told_and_fails_nothing(sandbox, tmp_path):
    known(tmp_path, "SES-1")

    done = by_hand(sandbox("--fault", "missing-user-id"), tmp_path, "--only", "SES-1")

    assert done.returncode == 0, done.stdout
    assert "known until 2999-12-31, by team-chat: ticket 4711: SES-1 (MUST) fail" in " ".join(done.stdout.split())


def test_an_entry_that_expired_excuses_nothing(sandbox, tmp_path):
    known(tmp_path, "SES-1", expires="2020-01-01")

    assert by_hand(sandbox("--fault", "missing-user-id"), tmp_path, "--only", "SES-1").returncode == 1


def test_an_entry_whose_failure_is_gone_is_red(sandbox, tmp_path):
    known(tmp_path, "SES-1")

    done = by_hand(sandbox(), tmp_path, "--only", "SES-1")

    assert done.returncode == 1
    assert "SES-1 passes now: remove it from known-failures.yaml" in done.stdout


def test_a_broken_should_is_told_and_fails_nothing(sandbox, tmp_path):
    done = by_hand(sandbox("--fault", "auth-off"), tmp_path, "--only", "SEC-6")

    assert done.returncode == 0, done.stdout
    assert "SEC-6 (SHOULD) fail" in done.stdout


def test_a_must_that_was_not_exercised_is_red(sandbox, tmp_path):
    done = by_hand(sandbox("--fault", "no-webhook", reply_timeout=1.0), tmp_path, "--only", "RPL-4")

    assert done.returncode == 1
    assert "RPL-4 (MUST) not exercised" in done.stdout


def test_a_dead_target_ends_it_with_3_and_one_line(sandbox, tmp_path):
    done = by_hand(sandbox(base_url="http://127.0.0.1:1"), tmp_path)

    assert done.returncode == 3
    assert done.stdout.count("TargetUnreachable: http://127.0.0.1:1 cannot be reached") == 1


def test_it_names_the_option_that_is_missing(sandbox, tmp_path):
    done = by_hand(sandbox(client_id=""), tmp_path)

    assert done.returncode == 2
    assert "client id is missing" in done.stdout

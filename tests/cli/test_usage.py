"""Bad input gets one clear line that says what to do, and exit code 2; nothing of a target is touched."""

import json
import re
import subprocess
import sys

import pytest

from tests.acceptance.command import environment, harness

CONFIG = """
[profiles.default]
base_url = "http://127.0.0.1:1"
client_id = "from-the-file"
api_key_file = "key.txt"

[profiles.broken]
base_uri = "http://127.0.0.1:1"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "harness.toml").write_text(CONFIG)
    (tmp_path / "key.txt").write_text("sk-from-a-file\n")
    (tmp_path / "load.json").write_text('{"kind": "load"}')
    (tmp_path / "known.yaml").write_text("- {requirement: MSG-33, reason: a, owner: b, expires: 2026-12-31}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["conform", "--profile", "nowhere"], "no profile 'nowhere'"),
        (["conform", "--profile", "broken"], "unknown key 'base_uri'"),
        (["conform", "--base-url", "example.org"], "--base-url: takes an absolute http or https URL"),
        (["conform", "--reply-timeout", "-1"], "--reply-timeout: takes a number above 0"),
        (["conform", "--only", "NO-SUCH"], "NO-SUCH"),
        (["conform", "--known-failures", "nowhere.yaml"], "nowhere.yaml cannot be read"),
        (["conform", "--known-failures", "known.yaml"], "known.yaml: entry 1 (MSG-33): there is no requirement"),
        (["load", "--objective", "speed>1"], "there is no figure 'speed'"),
        (["load", "--objective", "reply_p99<2"], "give its bound in us, ms or s"),
        (["load", "--duration", "soon"], "takes a time such as 60s"),
        (["load", "no-such-scenario"], "no-such-scenario"),
        (["load", "--objective", "lost<1% over 0s"], "a window is at least 1 s long"),
        (["load", "--abort-early", "--objective", "lost<1%"], "--abort-early takes an objective with a window"),
        (["load", "capacity", "--customers", "9"], "capacity takes no --customers"),
        (["load", "capacity", "--duration", "9s"], "--probe-duration"),
        (["load", "capacity", "--in-flight", "2"], "capacity takes no --in-flight"),
        (["load", "capacity", "--when-limited", "rude"], "capacity takes no --when-limited"),
        (["load", "--when-limited", "shy"], "'shy' is not one of 'drop', 'polite', 'rude'"),
        (["load", "--limits", "nowhere"], "nowhere cannot be read"),
        (["load", "--limits", "known.yaml"], "known.yaml is no result of this harness"),
        (["load", "--limits", "load.json"], "load.json: that run holds no inquiry into a limiter"),
        (["load", "capacity", "--base-url", "http://127.0.0.1:9", "--client-id", "c"], "capacity takes --max-rate"),
        (["report", "no-such-folder"], "no-such-folder"),
        (["report", "."], "no journal"),
        (["no-such-verb"], "No such command 'no-such-verb'. There are run, conform, load"),
        (["limit"], "No such command 'limit'. Did you mean limits?"),
    ],
)
def test_bad_input_is_told_in_one_line(arguments, told, folder):
    done = harness(*arguments, cwd=folder)

    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_report_never_overwrites_what_is_there(folder):
    done = harness("conform", "--report", ".", cwd=folder)

    assert done.returncode == 2
    assert "not empty" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["harness.toml", "key.txt", "known.yaml", "load.json"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('api_key = "sk-in-the-file"', "a key does not belong here"),
        ('api_key_file = "missing.txt"', "cannot be read"),
        ("= nonsense", "no TOML"),
    ],
)
def test_a_profile_with_a_key_in_it_or_no_key_to_find_is_refused(line, told, tmp_path):
    (tmp_path / "harness.toml").write_text(f'[profiles.default]\nbase_url = "http://127.0.0.1:1"\n{line}\n')

    done = harness("doctor", cwd=tmp_path)

    assert done.returncode == 2
    assert told in done.stderr
    assert "sk-in-the-file" not in done.stderr


def test_the_profile_names_the_target_and_its_key_is_read_from_its_file(folder):
    done = harness("doctor", cwd=folder)

    assert done.returncode == 3
    assert "target http://127.0.0.1:1\n" in done.stdout
    assert "sk-from-a-file" not in done.stdout + done.stderr


def test_a_flag_beats_the_environment_which_beats_the_file(folder):
    by_environment = harness("doctor", cwd=folder, HARNESS_BASE_URL="http://127.0.0.1:2")
    by_flag = harness("doctor", "--base-url", "http://127.0.0.1:3", cwd=folder, HARNESS_BASE_URL="http://127.0.0.1:2")

    assert "http://127.0.0.1:2\n" in by_environment.stdout
    assert "http://127.0.0.1:3\n" in by_flag.stdout


@pytest.mark.parametrize("verb", ["conform", "limits", "load", "run"])
def test_a_target_where_nothing_listens_is_told_in_one_line(verb, folder):
    done = harness(verb, cwd=folder)

    assert done.returncode == 3, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("harness: ")
    assert "http://127.0.0.1:1" in line or "port 1" in line
    assert "Error" not in line
    assert line.partition("harness: ")[2] not in done.stdout
    assert verb == "run" or "`harness doctor`" in line


def test_a_verdict_stands_although_nobody_reads_it(tmp_path):
    command = f"{sys.executable} -m harness conform --only AUTH-1 --report run | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, timeout=120)

    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "run" / "result.json").read_text())["verdict"] == "pass"


def test_a_sink_without_room_for_a_single_call_does_not_begin(tmp_path):
    command = f"ulimit -n 128; exec {sys.executable} -m harness load --customers 2 --duration 2s"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, timeout=120)

    assert done.returncode == 3
    assert b"ulimit -n" in done.stderr


@pytest.mark.parametrize("verb", ["run", "conform", "load", "sandbox", "sink", "report", "doctor"])
def test_every_verb_has_a_help_page(verb):
    done = harness(verb, "--help")

    assert done.returncode == 0
    assert done.stdout.startswith("Usage: harness")


@pytest.mark.parametrize(
    ("verb", "shown", "hidden"),
    [("limits", "--max-rate", "--strict"), ("doctor", "--public-url", "--seed"), ("conform", "--strict", "--hidden")],
)
def test_a_help_page_leaves_out_what_means_nothing_to_its_verb(verb, shown, hidden):
    told = harness(verb, "--help").stdout

    assert shown in told
    assert hidden not in told


def test_the_help_of_an_inquiry_tells_its_exit_codes_and_what_takes_a_second_tenant():
    told = harness("limits", "--help").stdout
    codes = re.findall(r"^ {4}(\d+) +\S", told, re.MULTILINE)

    assert codes == ["0", "2", "3", "130"]
    assert "second tenant: --other-client-id" in " ".join(told.split())


def test_an_option_that_means_nothing_to_a_verb_is_taken_all_the_same(folder):
    done = harness("limits", "--strict", "--session-ttl", "9", cwd=folder)

    assert done.returncode == 3
    assert "cannot be reached" in done.stderr


def test_the_list_tells_the_level_the_number_of_checks_and_the_clause():
    done = harness("conform", "--list")

    assert done.returncode == 0
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("AUTH-2 ")]
    assert line.split(maxsplit=4)[1:4] == ["MUST", "1", "check"]
    assert line.endswith("real one.")

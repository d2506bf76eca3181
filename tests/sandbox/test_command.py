"""`harness sandbox` as a command: how it starts, what it says, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from harness.sandbox import faults, variants
from tests.sandbox.process import CLIENT_ID, KEY, OTHER_CLIENT_ID, OTHER_KEY, PATIENCE_S, QUICK, session_body, until

COMMAND = [sys.executable, "-m", "harness", "sandbox"]


def run(*options, environment=None):
    return subprocess.run(
        [*COMMAND, *options],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def gone(base_url):
    try:
        httpx.get(base_url)
    except httpx.TransportError:
        return True
    return False


def test_the_announcement_is_one_json_line_that_tells_where_it_is_and_no_key(start_sandbox):
    sandbox = start_sandbox()

    assert set(sandbox.announcement) == {"base_url", "control_url", "tenants", "pid"}
    assert sandbox.announcement["tenants"] == [CLIENT_ID, OTHER_CLIENT_ID]
    assert sandbox.announcement["pid"] == sandbox.process.pid
    assert sandbox.post("/v1/sessions", session_body()).status_code == 200
    sandbox.process.terminate()
    assert sandbox.process.stdout.read() == b""


def test_it_starts_in_a_few_seconds_at_most(start_sandbox):
    started = time.monotonic()
    start_sandbox()

    assert time.monotonic() - started < 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_soon_even_while_it_is_busy(start_sandbox, receiver, number):
    receiver.answer = lambda arrival: 30.0
    sandbox = start_sandbox(*QUICK)
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    sandbox.send(session_id)
    receiver.wait_for(1)
    sandbox.send(session_id)
    started = time.monotonic()
    sandbox.process.send_signal(number)

    assert sandbox.process.wait(PATIENCE_S) == 0
    assert time.monotonic() - started < 5
    assert "Traceback" not in sandbox.stderr


def test_it_ends_when_its_stdin_does(start_sandbox):
    sandbox = start_sandbox()
    sandbox.process.stdin.close()

    assert sandbox.process.wait(PATIENCE_S) == 0


def test_it_ends_with_a_parent_that_was_killed():
    child = [*COMMAND, "--port", "0", "--announce", "--lifeline", "--quiet"]
    code = f"import subprocess, time; subprocess.Popen({child!r}, stdin=subprocess.PIPE); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        base_url = json.loads(parent.stdout.readline())["base_url"]
        assert not gone(base_url)
        parent.kill()

    until(lambda: gone(base_url))


def test_without_a_lifeline_it_does_not_care_about_stdin():
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--announce", "--quiet"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        base_url = json.loads(process.stdout.readline())["base_url"]
        assert httpx.get(base_url).status_code == 404
        process.terminate()

    assert process.returncode == 0


def banner(environment=None):
    """What is printed without --announce, up to the line to try."""
    with subprocess.Popen(
        [*COMMAND, "--port", "0"],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = []
        while "curl" not in (line := process.stdout.readline()):
            assert line, lines
            lines.append(line)
        process.terminate()
        return "".join([*lines, line, process.stdout.read()])


def test_the_banner_shows_the_urls_the_development_keys_and_a_line_to_try():
    text = banner()

    assert "http://127.0.0.1:" in text
    assert all(word in text for word in (KEY, OTHER_KEY, CLIENT_ID, OTHER_CLIENT_ID, "curl "))


def test_the_banner_never_shows_a_key_from_the_environment():
    text = banner({"HARNESS_SANDBOX_TENANTS": '[{"client_id": "acme", "api_key": "acme-secret-key"}]'})

    assert "acme" in text
    assert "acme-secret-key" not in text


def test_the_line_to_try_works(start_sandbox, tmp_path):
    with subprocess.Popen(
        [*COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        while not (line := process.stdout.readline()).strip().startswith("curl"):
            assert line
        done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        process.terminate()

    if done.returncode == 127:
        pytest.skip("curl is not installed")
    assert json.loads(done.stdout)["status"] == 200


def test_a_port_that_is_taken_is_one_clear_line_and_exit_code_2():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--port", str(port))

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert str(port) in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--fault", "nonsense"],
        ["--variant", "nonsense"],
        ["--port", "70000"],
        ["--rate-limit", "0"],
        ["--burst", "0"],
        ["--session-ttl", "0"],
        ["--reply-median", "-1"],
        ["--host", "no.such.host.invalid"],
        ["--log", "/no/such/folder/log"],
        ["--sender", "retry=often"],
        ["--sender", "timeout=3s", "--delivery-timeout", "4"],
        ["--nonsense"],
    ],
)
def test_an_option_that_cannot_work_is_exit_code_2(options):
    done = run("--port", "0", *options)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "tenants",
    [
        "secret-of-mine",
        "[]",
        "{}",
        '["secret-of-mine"]',
        '[{"client_id": "a"}]',
        '[{"client_id": "a", "api_key": ""}]',
        '[{"client_id": 1, "api_key": "secret-of-mine"}]',
        '[{"client_id": "a", "api_key": "secret-of-mine"}, {"client_id": "a", "api_key": "other"}]',
        '[{"client_id": "a", "api_key": "secret-of-mine"}, {"client_id": "b", "api_key": "secret-of-mine"}]',
    ],
)
def test_tenants_that_cannot_be_read_are_exit_code_2_without_quoting_them(tenants):
    done = run("--port", "0", environment={"HARNESS_SANDBOX_TENANTS": tenants})

    assert done.returncode == 2
    assert "HARNESS_SANDBOX_TENANTS" in done.stderr
    assert "secret-of-mine" not in done.stderr
    assert "Traceback" not in done.stderr


def test_listening_off_loopback_is_warned_of(start_sandbox):
    sandbox = start_sandbox("--host", "0.0.0.0")

    until(lambda: "not loopback" in sandbox.stderr)


def test_listening_on_loopback_is_not_warned_of(start_sandbox):
    sandbox = start_sandbox("--host", "127.0.0.1", "--quiet")
    sandbox.create_session()

    assert sandbox.stderr == ""


def test_the_faults_that_there_are_can_be_listed():
    done = run("--faults")

    lines = done.stdout.splitlines()

    assert done.returncode == 0
    assert len(lines) == len(faults.catalogue())
    assert "auth-off  " in done.stdout
    assert len({line.index(f"  {word}") for line in lines for word in [line.split()[1]]}) == 1
    assert lines == sorted(lines)


def test_the_variants_that_there_are_can_be_listed():
    done = run("--variants")

    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(variants.catalogue())


def test_a_name_that_is_nearly_right_is_guessed_at():
    assert "did you mean auth-off?" in run("--fault", "auth-of").stderr
    assert "did you mean echo?" in run("--variant", "ecco").stderr
    assert "--variants lists" in run("--variant", "qqqq").stderr


def test_a_variant_and_a_fault_can_be_told_together(start_sandbox):
    sandbox = start_sandbox("--variant", "prefixed-ids", "--variant", "pretty-json", "--fault", "string-status")
    response = sandbox.post("/v1/sessions", session_body())

    assert response.json()["sessionId"].startswith("sess_")
    assert response.json()["status"] == "200"
    assert sandbox.state()["variants"] == ["prefixed-ids", "pretty-json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_an_error_after_the_start_is_not_told_as_one_of_the_start(start_sandbox):
    sandbox = start_sandbox("--log", "/dev/full")
    sandbox.create_session()
    sandbox.process.terminate()

    assert sandbox.process.wait(PATIENCE_S) == 3
    assert "cannot start" not in sandbox.stderr
    assert "the sandbox had to end: No space left on device" in sandbox.stderr
    assert "Traceback" not in sandbox.stderr


def test_it_never_imports_what_is_heavy():
    heavy = ["locust", "gevent", "schemathesis", "hypothesis", "pytest"]
    code = f"import sys, harness.cli.sandbox; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True)

    assert done.stdout.strip() == "[]"

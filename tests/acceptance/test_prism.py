"""The gate on somebody else's server: Prism mocks our own openapi.yaml, and knows nothing of sessions or replies.

Every shape is right, so what is red is what no schema can say. It is started without its log, whose printer takes it
down on a deeply nested body.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import harness
from tests.ports import free_pair

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
START_S = 30.0

# What a mock without a memory cannot keep.
RED = {
    "AUTH-2": "any key will do",
    "SES-2": "the same sessionId each time",
    "MSG-3": "any sessionId is taken",
    "RPL-1": "no reply ever comes",
    "ERR-1": "a media type without a slash is a 500",
    "ERR-2": "the errors of its own JSON parser carry no status",
}
RED_SHOULD = {
    "AUTH-4": "it compares the scheme's name letter by letter",
    "SES-6": "the same userId for everybody",
    "SEC-3": "an id that is always the same is no secret",
    "SEC-6": "the body is looked at first",
    "SEC-7": "any origin may read answers with credentials",
}
# Shapes, statuses and refusals: all of them follow from openapi.yaml, so a mock of it must not be blamed for them.
NOT_RED = (
    *("AUTH-1", "AUTH-3", "SES-1", "SES-3", "SES-4", "SES-5", "SES-7", "MSG-1", "MSG-4", "MSG-5", "MSG-6"),
    *("HOOK-1", "HOOK-2", "HOOK-4", "ERR-3", "ERR-4", "SEC-4", "SEC-5", "HTTP-1", "HTTP-3"),
)
# What takes a reply, or a limit, or an expired session: never blamed, and never a pass either.
NOT_TRIED = ("MSG-2", "RPL-2", "RPL-4", "RATE-1", "RATE-2")


def prism() -> str:
    """Where it is installed, as .ci/run does it or for the whole machine."""
    homes = [Path(folder) / ".bin" for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder]
    found = shutil.which("prism", path=os.pathsep.join(map(str, homes))) or shutil.which("prism")
    if found is None:
        pytest.skip("there is no prism: npm install @stoplight/prism-cli, and NODE_PATH=.../node_modules")
    return found


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a mock server of openapi.yaml."""
    command = prism()
    port = free_pair()
    log = tmp_path_factory.mktemp("prism") / "prism.log"
    argv = [command, "mock", "--host", "127.0.0.1", "--port", str(port), "-v", "silent", str(ROOT / "openapi.yaml")]
    with log.open("wb") as output, subprocess.Popen(argv, stdout=output, stderr=output) as process:
        try:
            _wait(process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"prism did not start: {log.read_text()}")


@pytest.fixture(scope="module")
def result(mock: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("run") / "report"
    target = {"HARNESS_BASE_URL": mock, "HARNESS_CLIENT_ID": "any-client", "HARNESS_API_KEY": "any-key-will-do"}
    done = harness("conform", "--report", str(folder), "--budget", "quick", "--reply-timeout", "1", **target)
    assert done.returncode == 1, done.stdout + done.stderr
    read: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return read


def having(result: dict[str, Any], verdict: str) -> set[str]:
    return {requirement["id"] for requirement in result["requirements"] if requirement["verdict"] == verdict}


def test_a_mock_fails_for_what_it_cannot_remember(result):
    assert result["verdict"] == "fail"
    assert RED.keys() | RED_SHOULD.keys() <= having(result, "fail")


def test_a_mock_is_not_blamed_for_what_its_contract_says(result):
    blamed = having(result, "fail") | having(result, "could_not_run")

    assert blamed.isdisjoint(NOT_RED)
    assert having(result, "pass") >= {"SES-1", "SES-4", "MSG-1", "MSG-4", "HOOK-1", "HOOK-2", "ERR-3"}


def test_what_a_mock_gave_no_occasion_for_is_told_as_not_tried(result):
    assert having(result, "not_exercised") >= set(NOT_TRIED)

"""A sandbox with a limiter, and `harness limits` on it as a user runs it."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.processes.child import Child
from tests.acceptance.command import harness

TENANTS = [
    {"client_id": "the-tenant", "api_key": "the-tenants-key-5d41"},
    {"client_id": "the-other", "api_key": "the-others-key-77b0"},
]


@dataclass(frozen=True)
class Sandbox:
    """Its truth is a line for each event: see harness/sandbox/truth.py."""

    environment: dict[str, str]
    log: Path

    def asked(self) -> int:
        """Requests that came to the API."""
        rows = (json.loads(line) for line in self.log.read_text().splitlines())
        return sum(row.get("kind") == "request" for row in rows)


@dataclass(frozen=True)
class Inquiry:
    code: int
    said: str
    limits: dict[str, Any]
    folder: Path


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    with ExitStack() as stack:

        def start(*options: str) -> Sandbox:
            log = tmp_path / "truth.ndjson"
            argv = [sys.executable, "-m", "harness", "sandbox", "--announce", "--lifeline", "--quiet", "--port", "0"]
            argv += ["--log", str(log), *options]
            child = stack.enter_context(
                Child("sandbox", argv, environment={"HARNESS_SANDBOX_TENANTS": json.dumps(TENANTS)})
            )
            return Sandbox(environment_of(child.announcement()["base_url"]), log)

        yield start


def environment_of(base_url: str) -> dict[str, str]:
    one, other = TENANTS
    return {
        "HARNESS_BASE_URL": base_url,
        "HARNESS_CLIENT_ID": one["client_id"],
        "HARNESS_API_KEY": one["api_key"],
        "HARNESS_OTHER_CLIENT_ID": other["client_id"],
        "HARNESS_OTHER_API_KEY": other["api_key"],
    }


@pytest.fixture
def inquire(tmp_path: Path) -> Callable[..., Inquiry]:
    def run(environment: dict[str, str], *options: str) -> Inquiry:
        folder = tmp_path / f"report-{len(list(tmp_path.glob('report-*')))}"
        done = harness("limits", "--report", str(folder), *options, cwd=tmp_path, **environment)
        result = folder / "result.json"
        limits = json.loads(result.read_text()).get("limits", {}) if result.exists() else {}
        return Inquiry(done.returncode, done.stdout + done.stderr, limits, folder)

    return run

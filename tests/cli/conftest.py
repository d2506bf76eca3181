"""A target with a defect, and the environment that points a command at it."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from harness.processes.child import Child

TENANT = {"client_id": "the-tenant", "api_key": "the-tenants-key-5d41"}
Target = Callable[..., dict[str, str]]


@pytest.fixture
def target() -> Iterator[Target]:
    """Starts a sandbox with these faults, and gives the variables of a command that tests it."""
    with ExitStack() as stack:

        def start(*faults: str) -> dict[str, str]:
            argv = [sys.executable, "-m", "harness", "sandbox", "--announce", "--lifeline", "--quiet", "--port", "0"]
            argv += [option for fault in faults for option in ("--fault", fault)]
            child = stack.enter_context(
                Child("sandbox", argv, environment={"HARNESS_SANDBOX_TENANTS": json.dumps([TENANT])})
            )
            return {
                "HARNESS_BASE_URL": child.announcement()["base_url"],
                "HARNESS_CLIENT_ID": TENANT["client_id"],
                "HARNESS_API_KEY": TENANT["api_key"],
            }

        yield start

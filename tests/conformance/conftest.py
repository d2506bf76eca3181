"""Real targets for the gate: sandboxes of their own, with faults where a test asks for them."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from harness.events import Began, Checked, Ended
from harness.journal import in_time
from harness.processes.child import Child
from harness.profile import Profile
from harness.recording.reader import read_run
from harness.secret import Secret

TENANTS = (
    {"client_id": "first-tenant", "api_key": "first-tenants-key-5d41"},
    {"client_id": "second-tenant", "api_key": "second-tenants-key-9b7e"},
)
Start = Callable[..., Profile]


class NoWish:
    """Nobody interrupts."""

    requested = False

    def wait(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


@pytest.fixture
def sandbox() -> Iterator[Start]:
    """Starts a sandbox with these options, and gives the profile that fits it; keywords change the profile."""
    with ExitStack() as stack:

        def start(*options: str, **changes: object) -> Profile:
            argv = [sys.executable, "-m", "harness", "sandbox", "--announce", "--lifeline", "--quiet", "--port", "0"]
            argv += ["--reply-median", "0.05", *options]
            child = stack.enter_context(
                Child("sandbox", argv, environment={"HARNESS_SANDBOX_TENANTS": json.dumps(TENANTS)})
            )
            first, second = TENANTS
            given: dict[str, object] = {
                "base_url": child.announcement()["base_url"],
                "client_id": first["client_id"],
                "api_key": Secret(first["api_key"]),
                "other_client_id": second["client_id"],
                "other_api_key": Secret(second["api_key"]),
                "budget": "quick",
                "reply_timeout": 3.0,
            }
            return Profile(**{**given, **changes})  # type: ignore[arg-type]

        yield start


class Verdicts:
    """What a run's journal says of it."""

    def __init__(self, folder: Path) -> None:
        events = list(in_time(read_run(folder), "conform"))
        self.checked = [event for event in events if isinstance(event, Checked)]
        self.began = [event for event in events if isinstance(event, Began)]
        self.ended = [event for event in events if isinstance(event, Ended)]

    def with_outcome(self, outcome: str) -> set[str]:
        """The requirements of which any check ended so."""
        return {event.requirement for event in self.checked if event.outcome == outcome}

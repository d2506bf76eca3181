"""Real load runs against a real sandbox, and what the journal and the sandbox's ground truth say of them."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from harness.errors import HarnessError
from harness.events import Ended, Event
from harness.journal import in_time
from harness.load.plan import LoadPlan, Progress
from harness.load.remote.meeting import Meeting
from harness.load.run import run_load
from harness.processes.child import Child
from harness.processes.interrupt import Interrupt
from harness.profile import Profile, resolve
from harness.recording.reader import read_run

CLIENT_ID = "425462d5fcc648958485f40e501fed2f"
KEY = "a-key-for-load-tests-only"
PATIENCE_S = 60.0
QUICK = ("--reply-median", "0.05", "--reply-sigma", "0.3")


def until(condition: Callable[[], Any]) -> Any:
    """Asks again and again until the answer is truthy; that answer."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return answer


@dataclass(frozen=True)
class Sandbox:
    child: Child
    base_url: str
    control_url: str

    def truth(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in httpx.get(f"{self.control_url}/log", timeout=PATIENCE_S).text.splitlines()]

    def requests(self, operation: str) -> list[dict[str, Any]]:
        return [e for e in self.truth() if e["kind"] == "request" and e["operation"] == operation]

    def delivered(self) -> list[dict[str, Any]]:
        return [e for e in self.truth() if e["kind"] == "attempt" and e["delivered"]]


@contextmanager
def sandbox(*options: str) -> Iterator[Sandbox]:
    argv = [sys.executable, "-m", "harness", "sandbox", "--announce", "--lifeline", "--quiet", "--port", "0"]
    tenants = json.dumps([{"client_id": CLIENT_ID, "api_key": KEY}])
    environment = {"HARNESS_SANDBOX_TENANTS": tenants}
    with Child("sandbox", [*argv, "--seed", "1", *options], environment=environment) as child:
        said = child.announcement()
        yield Sandbox(child, said["base_url"], said["control_url"])


def profile_for(base_url: str, **settings: Any) -> Profile:
    flags = {"base_url": base_url, "client_id": CLIENT_ID, "seed": 7, "reply_timeout": 5, **settings}
    return resolve(flags, {"HARNESS_API_KEY": KEY}, {})


@dataclass(frozen=True)
class Outcome:
    """A run that is over: its events in the order of time, what was told meanwhile, what it raised, and its folder."""

    events: list[Event]
    told: list[Progress]
    error: BaseException | None
    folder: Path

    def of(self, *kinds: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kinds)]

    @property
    def ended(self) -> Ended:
        (ended,) = self.of(Ended)
        return ended


def carry_out(
    profile: Profile,
    folder: Path,
    plan: LoadPlan,
    on_progress: Callable[[Progress], None] | None = None,
    watch: Callable[[], None] | None = None,
    meeting: Meeting | None = None,
) -> Outcome:
    """`on_progress` may send signals to this very process, as a terminal would."""
    told: list[Progress] = []
    error: BaseException | None = None

    def hear(progress: Progress) -> None:
        told.append(progress)
        if on_progress:
            on_progress(progress)

    with Interrupt() as interrupt:
        try:
            run_load(
                profile, folder, "run-1", plan, interrupt=interrupt, on_progress=hear, watch=watch, meeting=meeting
            )
        except (HarnessError, KeyboardInterrupt) as raised:
            error = raised
    return Outcome(list(in_time(read_run(folder), "load")), told, error, folder)


def child_process(marker: str, parent: int | None = None) -> psutil.Process | None:
    """The descendant of this process (or of `parent`) whose command line holds `marker`."""
    for process in psutil.Process(parent).children(recursive=True):
        try:
            if marker in " ".join(process.cmdline()):
                return process
        except psutil.NoSuchProcess:
            continue
    return None


def nothing_is_left() -> bool:
    return child_process("locust") is None and child_process("harness.sink") is None

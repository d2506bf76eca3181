"""Machines for a test: each worker in a process of its own, where possible with a clock of its own."""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil

from harness.load.remote.meeting import Meeting
from harness.processes.child import Child
from harness.secret import Secret
from tests.load.running import KEY
from tests.ports import free_pair

TOKEN = "a-token-for-meetings-only"
# How far the clocks of two machines are apart: seconds.
APART_S = 5000


def meeting(patience_s: float = 60.0, host: str = "127.0.0.1") -> Meeting:
    return Meeting(host, free_pair(host), Secret(TOKEN), patience_s=patience_s)


@functools.cache
def clocks_can_differ() -> bool:
    """Whether this system lets a process have a monotonic clock of its own."""
    return _works("unshare", "--time", "--monotonic", str(APART_S), "--fork", "true")


@functools.cache
def hosts_can_be_made() -> bool:
    """Whether this system lets a test make network namespaces."""
    name = f"probe-{os.getpid()}"
    made = _works("ip", "netns", "add", name) and _works("ip", "netns", "exec", name, "ip", "link", "set", "lo", "up")
    _works("ip", "netns", "delete", name)
    return made


def _works(*argv: str) -> bool:
    return bool(shutil.which(argv[0])) and subprocess.run(argv, check=False, capture_output=True).returncode == 0


class Machine:
    """A machine with a worker on it; `number` says how far its clock is from ours, and `within` where it runs."""

    def __init__(self, url: str, folder: Path, number: int, within: tuple[str, ...] = (), token: str = TOKEN) -> None:
        apart = ("unshare", "--time", "--monotonic", str(number * APART_S), "--fork", "--kill-child")
        argv = [*within, *(apart if clocks_can_differ() else ()), sys.executable, "-m", "harness", "load"]
        environment = {"HARNESS_JOIN_TOKEN": token, "HARNESS_API_KEY": KEY}
        self.folder = folder / f"machine-{number}"
        self.child = Child(
            f"machine {number}", [*argv, "--worker", url, "--report", str(self.folder)], environment=environment
        )

    def processes(self) -> list[psutil.Process]:
        """Ours first, then what it started."""
        return [psutil.Process(self.child.pid), *psutil.Process(self.child.pid).children(recursive=True)]

    def harness(self) -> psutil.Process:
        """The process that joined."""
        return next(process for process in self.processes() if "python" in process.name())

    def unplug(self) -> None:
        """All its processes at once, as by a power cut."""
        for process in reversed(self.processes()):
            process.kill()

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_: object) -> None:
        self.child.stop(grace=0)

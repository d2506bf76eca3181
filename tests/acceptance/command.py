"""The `harness` command as a user runs it: a real process, whose children can be watched and killed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

PATIENCE_S = 120.0
# How the processes of a run are told apart by their command lines.
CHILDREN = {"sink": "harness.sink", "sandbox": "harness sandbox", "customers": "locust", "gate": "pytest"}


def environment(**extra: str) -> dict[str, str]:
    """This process's environment without any variable of the harness or of GitHub Actions, and with `extra`."""
    ours = ("HARNESS_", "GITHUB_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | extra


def harness(*arguments: str, cwd: Path | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "harness", *arguments],
        env=environment(**extra),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 2,
    )


class Running:
    """A command that is still at it, with its report going to `folder`."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self.folder = folder
        self._seen: dict[int, psutil.Process] = {}

    def family(self) -> list[psutil.Process]:
        """Its living descendants."""
        try:
            found = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        self._seen |= {child.pid: child for child in found}
        return found

    def child(self, name: str) -> psutil.Process:
        """The descendant that plays a part of CHILDREN, as soon as there is one."""

        def find() -> psutil.Process | None:
            return next((child for child in self.family() if CHILDREN[name] in _command_line(child)), None)

        return until(find)

    def events(self, kind: str) -> int:
        """How many events of a kind its journal holds so far."""
        parts = (self.folder / "parts").glob("*.ndjson")
        return sum(path.read_text(errors="replace").count(f'{{"e":"{kind}"') for path in parts)

    def finish(self) -> tuple[int, str]:
        """Its exit code and all that it printed, in the end."""
        output, _ = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, output

    def result(self) -> dict[str, Any]:
        result: dict[str, Any] = json.loads((self.folder / "result.json").read_text())
        return result

    def strays(self) -> list[str]:
        """Those of its descendants ever seen that outlived it, after some seconds' grace."""
        _, alive = psutil.wait_procs(self._seen.values(), timeout=15)
        return [_command_line(process) for process in alive]


@contextmanager
def running(folder: Path, *arguments: str, **extra: str) -> Iterator[Running]:
    """The command under way; killed at the end of the block where it has not ended by itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *arguments, "--report", str(folder)],
        env=environment(**extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield Running(process, folder)
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """Asks until the answer is truthy; that answer."""
    deadline = time.monotonic() + patience_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
    return answer


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""

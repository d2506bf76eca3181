"""Writes one part of a run's journal. Lines go to the operating system at once, so that a kill loses none."""

import os
import socket
import time
from pathlib import Path
from types import TracebackType

from harness.events import Event
from harness.journal import Header, encode, encode_header
from harness.secret import Redactor


class JournalWriter:
    """Appends events to one file. `redactor` takes secrets out of every line before it is written."""

    def __init__(self, path: Path, header: Header, redactor: Redactor | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._redactor = redactor or Redactor()
        self._fd = self._open(path)
        self._put(encode_header(header))

    def write(self, *events: Event) -> None:
        """One system call for all of them: cheap where a busy loop hands over what it gathered in a turn."""
        self._put("\n".join(map(encode, events)))

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> "JournalWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @staticmethod
    def _open(path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def _put(self, lines: str) -> None:
        left = memoryview((self._redactor.clean(lines) + "\n").encode())
        while left:
            left = left[os.write(self._fd, left) :]


def header_now(run: str, phase: str, role: str) -> Header:
    """A header for this process, its two clocks read together."""
    return Header(run, phase, role, socket.gethostname(), time.monotonic_ns(), time.time_ns())

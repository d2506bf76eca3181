"""A worker on another machine, as the master sees it: like a child process, but for what only that machine can do."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

# A member gives a sign of life twice a second. One that is silent for longer is given up: seconds.
SILENCE_S = 10.0
LOST = 1


class Outpost:
    """`host` is the name that its machine has for itself, `part` the file for its journal."""

    def __init__(self, number: int, host: str, part: Path) -> None:
        self.host = "".join(letter if letter.isprintable() else "?" for letter in host[:100])
        self.source = f"customers-{number + 1}"
        self.name = f"load generator {number + 1} on {self.host}"
        self.ready = False
        self.asked_to_leave = False
        self.clock: tuple[int, int] | None = None
        self.last_words = ""
        self._heard = time.monotonic()
        self._ended = threading.Event()
        self._exit_code: int | None = None
        self._how = ""
        self._part = part
        self._fd: int | None = None
        self._size = 0
        self._closed = False

    # What the listener hears.

    def hear(self, clock: Any) -> None:
        """A sign of life, with [offset, bound] in nanoseconds once its machine's clock is compared with ours."""
        self._heard = time.monotonic()
        if clock is not None:
            offset, bound = clock
            self.clock = int(offset), int(bound)
            self.ready = True

    def take(self, start: int, lines: bytes) -> int:
        """Writes a piece of its journal, unless it is not the next one. How many bytes are there now."""
        self._heard = time.monotonic()
        if start == self._size and not self._closed:
            self._write(memoryview(lines))
            self._size += len(lines)
        return self._size

    def end(self, exit_code: int, how: str, last_words: str) -> None:
        """Its customers are gone, and all that they wrote is here."""
        if self._exit_code is None:
            self._exit_code, self._how, self.last_words = exit_code, how, last_words
        self._ended.set()

    # What the run asks, as of a child.

    @property
    def pid(self) -> None:
        """None that means anything on this machine."""

    @property
    def exit_code(self) -> int | None:
        if self._exit_code is None and time.monotonic() - self._heard > SILENCE_S:
            self.end(LOST, f"not heard of for {SILENCE_S:.0f} s", "")
        return self._exit_code

    def obituary(self) -> str:
        return self._how

    def signal(self, number: signal.Signals) -> None:
        """Whatever the signal: its customers leave when they are done."""
        self.asked_to_leave = True

    def wait(self, timeout: float | None = None) -> int | None:
        """Its exit code, or None where it has not ended after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.exit_code is None and (deadline is None or time.monotonic() < deadline):
            self._ended.wait(0.1)
        return self.exit_code

    def stop(self, grace: float = 5.0) -> int:
        """Asks it to leave. What it does then is up to it: a silent member ends by itself."""
        self.asked_to_leave = True
        if grace > 0:
            self.wait(grace)
        return self.exit_code or 0

    def close(self) -> None:
        self._closed = True
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _write(self, left: memoryview) -> None:
        """The file is there from its first line on: one without a header would be no journal."""
        if self._fd is None:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        while left:
            left = left[os.write(self._fd, left) :]

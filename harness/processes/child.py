"""One child process of a run: started, watched, ended, with nothing of it left behind.

A child gets a process group of its own, so that Ctrl-C reaches only the command, which then ends its children in order.
Its stdin is a lifeline: the pipe closes when the command ends, however it ends, and the child goes with it. What it
prints goes through the redactor into a log file; secrets reach it by its environment or its first line of input, never
by its arguments.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from harness.errors import ChildDied
from harness.secret import Redactor

# How much of what a child printed is quoted when it dies: lines.
LAST_WORDS = 12
# How long a child may take to end after its output did: seconds.
LAST_MOMENT_S = 5.0


class Child:
    """A running child. As a context manager it is stopped at the end of the block."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        first_line: str | None = None,
        log: Path | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        """`environment` is added to this process's own; `first_line` is written to its stdin, which stays open."""
        self.name = name
        self._redactor = redactor or Redactor()
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._process = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._announced = threading.Event()
        self._announcement: dict[str, Any] | None = None
        self._log = log.open("a", encoding="utf-8") if log else None
        self._reader = threading.Thread(target=self._drain, name=f"{name} output", daemon=True)
        self._reader.start()
        if first_line is not None:
            with contextlib.suppress(BrokenPipeError):
                self._stdin.write(first_line + "\n")
                self._stdin.flush()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return self._process.poll()

    @property
    def last_words(self) -> str:
        return "\n".join(self._last_words)

    def announcement(self, timeout: float = 30.0) -> dict[str, Any]:
        """The JSON object that it prints as its first line when it is ready. Raises ChildDied where none comes."""
        over = self._announced.wait(timeout)
        if self._announcement is None:
            if over:  # its output has ended, and so will it in a moment
                self.wait(LAST_MOMENT_S)
            state = "printed nothing in time" if self.exit_code is None else f"ended at once ({self.obituary()})"
            self.stop(grace=0)
            raise ChildDied(f"the {self.name} {state}\n{self.last_words}".rstrip())
        return self._announcement

    def obituary(self) -> str:
        """How it ended, in words."""
        code = self._process.wait()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def wait(self, timeout: float | None = None) -> int | None:
        """Its exit code, or None where it still runs after `timeout` seconds."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, grace: float = 5.0) -> int:
        """Asks it to end, and after `grace` seconds makes it and all that it started. Safe to repeat."""
        if self.exit_code is None and grace > 0:
            self.signal(signal.SIGTERM)
            self.wait(grace)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        self._reader.join(timeout=5)
        return code

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    @property
    def _stdin(self) -> IO[str]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _drain(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines, self._log or contextlib.nullcontext():
            for line in lines:
                if not self._announced.is_set() and self._announce(line):
                    continue
                clean = self._redactor.clean(line)
                self._last_words.append(clean.rstrip())
                if self._log:
                    self._log.write(clean)
                    self._log.flush()
        self._announced.set()

    def _announce(self, line: str) -> bool:
        """Takes a first line that is a JSON object as the announcement; anything else is ordinary output."""
        try:
            value = json.loads(line)
        except ValueError:
            return False
        if not isinstance(value, dict):
            return False
        self._announcement = value
        self._announced.set()
        return True

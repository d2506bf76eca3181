"""Live progress: one line that is rewritten on a terminal, plain lines now and then where there is none."""

import shutil
import sys
import time
from types import TracebackType

import click

# How often a plain line is printed where there is no terminal: seconds.
PLAIN_EVERY_S = 5.0


class Progress:
    """Shows the latest state of a run. A context manager, so that the line is gone before anything else is printed."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._width = 0
        self._printed_at: float | None = None

    def show(self, state: str) -> None:
        """The state as of now: a line without control characters."""
        if self._live:
            self._rewrite(state)
        elif self._printed_at is None or time.monotonic() - self._printed_at >= PLAIN_EVERY_S:
            self._printed_at = time.monotonic()
            click.echo(state, err=True)

    def note(self, line: str) -> None:
        """A line that stays."""
        self._clear()
        click.echo(line, err=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._clear()

    def _rewrite(self, state: str) -> None:
        shown = state[: shutil.get_terminal_size().columns - 1]
        click.echo("\r" + shown.ljust(self._width), nl=False, err=True)
        self._width = len(shown)

    def _clear(self) -> None:
        if self._live and self._width:
            click.echo("\r" + " " * self._width + "\r", nl=False, err=True)
            self._width = 0

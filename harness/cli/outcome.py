"""How a command that tests a target begins and ends: its folder, its interruption, its report, its exit code."""

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from harness.cli import github
from harness.cli.complaint import errors_told, tell
from harness.cli.target import Target, target
from harness.errors import CouldNotRun, JournalError, NothingMeasured, UsageError
from harness.exit_codes import EXIT_CODES, EXIT_INTERRUPTED
from harness.processes.interrupt import Interrupt
from harness.recording.stopped import REASON, note_stopped
from harness.report.console import closing_lines
from harness.report.write import write_report
from harness.secret import Redactor

# What the closing lines are laid out for where there is no terminal to ask, and at most: columns.
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Run:
    """What a command works with while it runs. `run_id` is unique, and sorts by time."""

    run_id: str
    folder: Path
    target: Target
    interrupt: Interrupt


def carry_out(
    flags: Mapping[str, Any],
    work: Callable[[Run], None],
    session_ttl: float | None = None,
    options: Sequence[str] = (),
) -> None:
    """Does `work`, writes the report of whatever was measured, and ends the command with its exit code.

    `session_ttl`, in seconds, and `options` of `harness sandbox` are given to an embedded sandbox.
    """
    with errors_told():
        run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        folder = new_folder(flags.get("report"), run_id)
        failure: CouldNotRun | None = None
        told = False
        redactor: Redactor | None = None
        with Interrupt() as interrupt:
            try:
                with target(flags, session_ttl, options) as where:
                    if where.embedded:
                        click.echo("No target was given: what is tested is the embedded sandbox.", err=True)
                    redactor = where.profile.redactor
                    work(Run(run_id, folder, where, interrupt))
            except CouldNotRun as error:
                failure, told = error, True
                tell(error)
            except UsageError:
                _remove_if_empty(folder)
                raise
            except KeyboardInterrupt:
                told = True
                click.echo(f"harness: {REASON}", err=True)
                note_stopped(folder, run_id)
            code = _conclude(folder, redactor, told=told)
            code = failure.exit_code if failure else code
    sys.exit(EXIT_INTERRUPTED if interrupt.requested else code)


def report(folder: Path, redactor: Redactor | None = None) -> int:
    """Writes the report of the run in `folder`, shows its closing lines, and returns the exit code it stands for."""
    result = write_report(folder, redactor)
    _print(result, folder)
    return int(result["exit_code"])


def _print(result: Mapping[str, Any], folder: Path) -> None:
    """The closing lines, and what a code host is told. Where nobody reads on, exit code and report say the same."""
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    colour = sys.stdout is not None and sys.stdout.isatty()
    lines = closing_lines(result, folder, width=width, colour=colour) if _holds_anything(result) else []
    try:
        with github.no_commands():
            for line in lines:
                click.echo(line)
        github.tell(result, folder)
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _holds_anything(result: Mapping[str, Any]) -> bool:
    """Whether anything was found out, or the run was stopped. Otherwise the line that said why is all that there is."""
    exercised = any(requirement["exercised"] for requirement in result.get("requirements", ()))
    probed = bool(result.get("capacity", {}).get("probes"))
    inquired = result.get("limits", {}).get("limited") is not None
    return (
        result["interrupted"]
        or exercised
        or probed
        or inquired
        or bool(result.get("load", {}).get("sessions", {}).get("sent"))
    )


def _conclude(folder: Path, redactor: Redactor | None, *, told: bool) -> int:
    """Reports what was measured. Where that cannot be, it says why, unless nothing was measured and it was `told`."""
    try:
        return report(folder, redactor)
    except JournalError as error:
        if not (told and isinstance(error, NothingMeasured)):
            tell(error)
        _remove_if_empty(folder)
        return EXIT_CODES["could_not_run"]


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def new_folder(given: str | None, run_id: str) -> Path:
    """Where a run's report goes: made, and empty. Raises UsageError."""
    folder = Path(given) if given else Path("reports") / run_id
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(
                f"--report {folder}: it is not empty; a run never overwrites another, so name a new folder"
            )
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}; name another by --report") from None
    return folder

"""What a command says to GitHub Actions beside its closing lines: annotations, and the summary of its step.

Anything but GitHub Actions (GITHUB_ACTIONS=true) hears nothing of it.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from harness.report import summary
from harness.report.github import annotations
from harness.report.legible import legible
from harness.report.lines import places

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"


def is_listening() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


@contextmanager
def no_commands() -> Iterator[None]:
    """Printed text is only text in this block, also where a target's words come to stand at the beginning of a line."""
    if not is_listening():
        yield
        return
    token = secrets.token_hex(16)
    click.echo(f"::stop-commands::{token}")
    try:
        yield
    finally:
        click.echo(f"::{token}::")


def tell(result: Mapping[str, Any], folder: Path) -> None:
    """Annotates what the gate found, and adds the run's summary.md to that of the step, where there is a step."""
    if not is_listening():
        return
    for line in annotations(legible(result), places()):
        click.echo(line)
    if step := os.environ.get(SUMMARY_VARIABLE):
        try:
            with Path(step).open("a", encoding="utf-8") as file:
                file.write((folder / summary.NAME).read_text(encoding="utf-8"))
        except OSError as error:
            click.echo(f"harness: {SUMMARY_VARIABLE} cannot be written: {error.strerror or error}", err=True)

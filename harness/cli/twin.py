"""`harness twin`: a sandbox profile from what was measured on a target, and what moved between two of them."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from harness.cli.complaint import errors_told
from harness.errors import UsageError
from harness.twin.drift import differences
from harness.twin.made import twin_of
from harness.twin.toml import read, written

WORDS = {True: "drift", False: "same", None: "not compared"}


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN...")
@click.option("--diff", is_flag=True, help="Compare two twins, OLD NEW: exit 1 where something drifted.")
def command(paths: tuple[Path, ...], diff: bool) -> None:
    """Write a twin, as TOML on stdout, of the runs in the folders RUN: of each part the last that measured it."""
    with errors_told():
        if not diff:
            click.echo(written(twin_of([_result(path) for path in paths])), nl=False)
            return
        if len(paths) != 2:
            raise UsageError("--diff takes two twins: OLD NEW")
        rows = differences(*(read(_text(path)) for path in paths))
        for row in rows:
            click.echo(f"{row.part:9}  {WORDS[row.drift]:12}  {row.told}")
        sys.exit(any(row.drift for row in rows))


def _result(run: Path) -> dict[str, Any]:
    try:
        told = json.loads(_text(run / "result.json"))
    except (ValueError, RecursionError):
        raise UsageError(f"{run}: its result.json is no JSON") from None
    if not isinstance(told, dict):
        raise UsageError(f"{run}: its result.json is no object")
    return told


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None

"""`harness twin`: a sandbox profile from what was measured on a target, and what moved between two of them."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from harness.cli.complaint import errors_told
from harness.cli.twin_file import twin_from, twin_of_file
from harness.errors import UsageError
from harness.twin.drift import differences
from harness.twin.made import twin_of
from harness.twin.toml import written

WORDS = {True: "drift", False: "same", None: "not compared"}


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN...")
@click.option("--diff", is_flag=True, help="Compare two twins, OLD NEW: exit 1 where something drifted.")
def command(paths: tuple[Path, ...], diff: bool) -> None:
    """Write a twin, as TOML on stdout, of the runs in the folders RUN: of each part the last that measured it."""
    with errors_told():
        if not diff:
            click.echo(_written(paths), nl=False)
            return
        if len(paths) != 2:
            raise UsageError("--diff takes two twins: OLD NEW")
        rows = differences(*map(twin_of_file, paths))
        for row in rows:
            click.echo(f"{row.part:9}  {WORDS[row.drift]:12}  {row.told}")
        sys.exit(any(row.drift for row in rows))


def _written(runs: Sequence[Path]) -> str:
    text = written(twin_of([_result(run) for run in runs]))
    try:
        twin_from(text)
    except UsageError as error:
        raise UsageError(f"no sandbox can be what was measured: {error}") from None
    return text


def _result(run: Path) -> dict[str, Any]:
    path = run / "result.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{run}: its result.json is no JSON") from None
    if not isinstance(told, dict):
        raise UsageError(f"{run}: its result.json is no object")
    return told

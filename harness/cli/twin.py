"""`harness twin`: a sandbox profile from what was measured on a target, and what moved between two of them."""

import json
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from harness.cli.complaint import errors_told
from harness.cli.twin_file import twin_from, twin_of_file
from harness.errors import UsageError
from harness.twin.drift import differences
from harness.twin.made import twin_of
from harness.twin.toml import written
from harness.twin.twin import Twin

# Which command measures a part.
MEASURED_BY = {
    "limiter": "harness limits",
    "behind": "harness limits",
    "response": "harness load",
    "reply": "harness load",
    "replies": "harness load",
    "lifetime": "harness conform --session-ttl SECONDS",
    "sender": "harness conform",
}
TWO_TWINS = "--diff takes two files that `harness twin` wrote, OLD NEW"
WORDS = {True: "drift", False: "same", None: "not compared"}


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN...")
@click.option("--diff", is_flag=True, help="Compare two twins, OLD NEW: exit 1 where something drifted.")
def command(paths: tuple[Path, ...], diff: bool) -> None:
    """Write a twin, as TOML on stdout, of the runs in the folders RUN: of each part the last that measured it."""
    with errors_told():
        if not diff:
            twin = twin_of([_result(path) for path in paths])
            click.echo(_written(twin), nl=False)
            _tell_what_is_missing(twin)
            _tell_what_is_undecided(twin)
            return
        if len(paths) != 2:
            raise UsageError(TWO_TWINS)
        rows = differences(*map(_twin, paths))
        for row in rows:
            click.echo(f"{row.part:9}  {WORDS[row.drift]:12}  {row.told}")
        sys.exit(any(row.drift for row in rows))


def _tell_what_is_missing(twin: Twin) -> None:
    """On stderr, for stdout mostly goes into a file."""
    for command, parts in groupby(MEASURED_BY, key=MEASURED_BY.__getitem__):
        if missing := [part for part in parts if getattr(twin, part) is None]:
            them = "it" if len(missing) == 1 else "them"
            click.echo(f"not measured: {', '.join(missing)} (`{command}` measures {them})", err=True)


def _tell_what_is_undecided(twin: Twin) -> None:
    """Of the limiters: there a sandbox takes what is likeliest, or its own default."""
    for part, limiter in (("limiter", twin.limiter), ("behind", twin.behind)):
        for each in limiter.undecided.split("; ") if limiter and limiter.undecided else ():
            click.echo(f"undecided: {part}: {each.replace('|', ' or ')}", err=True)


def _twin(path: Path) -> Twin:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: {TWO_TWINS}")
    return twin_of_file(path)


def _written(twin: Twin) -> str:
    text = written(twin)
    try:
        twin_from(text)
    except UsageError as error:
        raise UsageError(f"no sandbox can be what was measured: {error}") from None
    return text


def _result(run: Path) -> dict[str, Any]:
    path = run / "result.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{run} is no run: give the folder of a run (it holds result.json)") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{run}: its result.json is no JSON") from None
    if not isinstance(told, dict):
        raise UsageError(f"{run}: its result.json is no object")
    return told

"""`harness report RUN`: render a run again from its journal, which also judges it again."""

import sys
from pathlib import Path

import click

from harness.cli.complaint import errors_told
from harness.cli.outcome import report


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(run: Path) -> None:
    """Render, or re-judge, the run in the folder RUN from its journal."""
    with errors_told():
        sys.exit(report(run))

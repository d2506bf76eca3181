"""`harness report RUN`: render a run again from its journal, which also judges it again."""

import sys
from pathlib import Path

import click

from harness.cli.complaint import errors_told
from harness.cli.outcome import report
from harness.report.write import write_so_far


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--so-far", is_flag=True, help="Of a run that still goes on, into RUN/so-far; its journal stays as it is."
)
def command(run: Path, so_far: bool) -> None:
    """Render, or re-judge, the run in the folder RUN from its journal."""
    with errors_told():
        if so_far:
            write_so_far(run)
            return
        sys.exit(report(run))

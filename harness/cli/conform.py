"""`harness conform`: the gate."""

import sys
from typing import Any

import click

from harness.cli.complaint import errors_told
from harness.cli.options import target_options
from harness.cli.outcome import Run, carry_out
from harness.cli.progress import Progress
from harness.conformance.gate import list_requirements, run_gate
from harness.events import Checked

# An embedded sandbox's sessions live so long, that expiry can be waited for: seconds.
SESSION_TTL = 20.0
_MARKS = {"pass": "ok", "fail": "FAIL", "observed": "seen", "not_exercised": "not tried", "could_not_run": "ERROR"}


@click.command()
@target_options
@click.option("--list", "list_only", is_flag=True, help="Print the requirements and run nothing.")
@click.option("--only", multiple=True, metavar="ID", help="Decide only this requirement. Repeatable.")
def command(list_only: bool, only: tuple[str, ...], **flags: Any) -> None:
    """The gate: does the target keep the contract? Every clause a requirement, every requirement checked."""
    if list_only:
        with errors_told():
            _print_requirements()
        sys.exit(0)
    carry_out(flags, lambda run: conform(run, only), SESSION_TTL)


def conform(run: Run, only: tuple[str, ...] = ()) -> None:
    """The gate as one phase of a run, with its progress shown."""
    decided: dict[str, int] = {}
    with Progress() as progress:

        def on_event(event: Checked) -> None:
            decided[event.outcome] = decided.get(event.outcome, 0) + 1
            counts = ", ".join(f"{count} {_MARKS[outcome]}" for outcome, count in decided.items())
            progress.show(f"gate: {counts} · {event.requirement} {event.check}")
            if event.outcome in ("fail", "could_not_run"):
                progress.note(
                    f"  {_MARKS[event.outcome].ljust(6)}{event.requirement.ljust(8)} {event.reason or ''}"[:200]
                )

        run_gate(
            run.target.profile,
            run.folder,
            run.run_id,
            interrupt=run.interrupt,
            on_event=on_event,
            only=only,
            watch=run.target.watch,
        )


def _print_requirements() -> None:
    for requirement in list_requirements():
        click.echo(f"{requirement.id.ljust(10)} {requirement.level.ljust(8)} {requirement.clause}")

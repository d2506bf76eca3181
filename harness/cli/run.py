"""`harness run`: prerequisites, the gate and a load run against one target, and one report."""

import time
from typing import Any

import click

from harness.cli import conform, doctor, load
from harness.cli.limits import inquire_beside
from harness.cli.load import load_options
from harness.cli.options import target_options
from harness.cli.outcome import Run, carry_out
from harness.errors import CouldNotRun
from harness.events import Began, Ended, Ending
from harness.load.plan import LoadPlan
from harness.recording.reader import PARTS
from harness.recording.writer import JournalWriter, header_now
from harness.result import PHASES


@click.command()
@load_options(customers=50, duration="30s")
@target_options
def command(customers: int, duration: float, **flags: Any) -> None:
    """Everything in order against one target, one report: prerequisites, the gate, a load run."""
    plan = LoadPlan(customers=customers, duration_s=duration)
    carry_out(flags, lambda run: everything(run, plan), conform.SESSION_TTL)


def everything(run: Run, plan: LoadPlan) -> None:
    """Stops early where a prerequisite fails without which nothing can be tested. What the gate met of a limiter is
    inquired into last, so that the load run meets it as it is."""
    where = "the embedded sandbox at " if run.target.embedded else ""
    click.echo(f"1/3  Can {where}{run.target.profile.base_url} be tested from here?")
    findings = list(doctor.shown(run.target.profile))
    for finding in findings:
        if finding.state == "failed" and finding.vital:
            raise CouldNotRun(f"{finding.prerequisite}: {finding.seen}")
    with JournalWriter(run.folder / PARTS / "run-harness.ndjson", header_now(run.run_id, "run", "harness")) as journal:
        journal.write(Began(time.monotonic_ns(), time.time_ns(), "run", {"phases": list(PHASES)}))
        click.echo("2/3  Does it keep the contract?")
        limited = conform.conform(run)
        if not run.interrupt.requested:
            run.target.watch()
            click.echo(f"3/3  How does it behave with {plan.customers} customers for {plan.duration_s:g} s?")
            load.load(run, plan)
        if limited:
            run.target.watch()
            click.echo("The gate met a limit. What is it?")
            inquire_beside(run)
        ending: Ending = "interrupted" if run.interrupt.requested else "completed"
        journal.write(Ended(time.monotonic_ns(), time.time_ns(), "run", ending))

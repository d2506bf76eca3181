"""`harness load capacity`: the search for the highest rate of new customers that a target bears."""

from collections.abc import Iterable

import click
from click.core import ParameterSource

from harness.cli.outcome import Run
from harness.cli.progress import Progress
from harness.events import Probed
from harness.load.capacity import CapacityPlan, Probing, find_capacity, objectives_of
from harness.report.capacity import told

# Options of a load run that mean nothing in a search.
NOT_TAKEN = {
    "customers": "--arrival-rate, the highest rate to try",
    "duration": "--probe-duration, for each rate that is tried",
    "ramp_up": "none of it: new customers come at a rate",
    "in_flight": "none of it: its customers wait for each reply",
    "when_limited": "none of it: who is limited shows that the rate is too high",
    "limits": "none of it: its probes find out by themselves",
    "abort_early": "none of it: a probe is short",
    "master": "none of it: it searches on one machine",
    "web": "none of it",
}


def refuse_options(context: click.Context, names: Iterable[str] = tuple(NOT_TAKEN)) -> None:
    """Raises UsageError for an option that a search does not take."""
    for name in names:
        if context.get_parameter_source(name) not in (ParameterSource.DEFAULT, None):
            raise click.UsageError(f"capacity takes no --{name.replace('_', '-')}, but {NOT_TAKEN[name]}")


def capacity(run: Run, plan: CapacityPlan) -> None:
    """The search as the load phase of a run, with its progress shown and a line for each probe."""
    objectives = ", ".join(objective.text for objective in objectives_of(run.target.profile))
    click.echo(f"Each rate has to keep: {objectives}", err=True)
    with Progress() as progress:

        def on_progress(now: Probing) -> None:
            where = f"capacity: probe {now.number} ({now.role}), {now.rate:g} new customers a second"
            at = now.run
            moved = at and f"{at.elapsed_s:.0f} s · {at.accepted} accepted, {at.limited} limited, {at.failed} failed"
            progress.show(f"{where} · {moved}" if moved else where)

        find_capacity(
            run.target.profile,
            run.folder,
            run.run_id,
            plan,
            interrupt=run.interrupt,
            on_progress=on_progress,
            on_probe=lambda probe: progress.note(_line(probe)),
            watch=run.target.watch,
        )


def _line(probe: Probed) -> str:
    return f"capacity: probe {probe.number:>2} at {probe.rate:>6g}/s {told({'rate': probe.rate, **probe.found})}"

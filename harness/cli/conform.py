"""`harness conform`: the gate."""

import sys
from typing import Any

import click

from harness.cli.complaint import errors_told
from harness.cli.limits import inquire_beside
from harness.cli.options import target_options
from harness.cli.outcome import Run, carry_out
from harness.cli.progress import Progress
from harness.conformance.gate import Told, list_requirements, run_gate
from harness.conformance.known import known_failures
from harness.events import Checked, Gauged
from harness.known_failures import KnownFailures
from harness.report.legible import one_line
from harness.report.numerals import plural

# An embedded sandbox's sessions live so long, that expiry can be waited for: seconds.
SESSION_TTL = 10.0
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
    carry_out(flags, lambda run: _alone(run, only), SESSION_TTL)


def _alone(run: Run, only: tuple[str, ...]) -> None:
    """With --budget thorough a limit that it meets is inquired into."""
    limited = conform(run, only)
    if limited and run.target.profile.budget == "thorough" and not only:
        inquire_beside(run)


def conform(run: Run, only: tuple[str, ...] = ()) -> bool:
    """The gate as one phase of a run, with its progress shown. Whether the target limited it."""
    limited = False
    known = known_failures(run.target.profile)
    decided: dict[str, int] = {}
    with Progress() as progress:

        def on_event(event: Told) -> None:
            nonlocal limited
            if isinstance(event, Gauged):
                limited = True
                progress.show(too_fast(int(event.value)))
                return
            mark = _mark(event, known)
            decided[mark] = decided.get(mark, 0) + 1
            counts = ", ".join(f"{count} {name}" for name, count in decided.items())
            progress.show(f"gate: {counts} · {event.requirement} {event.check}")
            if event.outcome in ("fail", "could_not_run"):
                progress.note(f"  {mark.ljust(6)}{event.requirement.ljust(8)} {one_line(event.reason or '', 160)}")

        run_gate(
            run.target.profile,
            run.folder,
            run.run_id,
            interrupt=run.interrupt,
            on_event=on_event,
            only=only,
            known=known,
            watch=run.target.watch,
        )
    return limited


def too_fast(count: int) -> str:
    """Of a target that limits, and so many requests that it did not let in."""
    wait = "waits its turn" if count == 1 else "wait their turn"
    return f"gate: the target limits; {plural(count, 'request')} came too fast for it, and {wait}"


def _mark(event: Checked, known: KnownFailures) -> str:
    """What a check came to, in a word. Whether the entry of a known failure has expired is for the verdict to say."""
    if event.outcome != "fail":
        return _MARKS[event.outcome]
    if known.of(event.requirement):
        return "known"
    return "FLAKY" if event.evidence.get("reproduced") is False else _MARKS["fail"]


def _print_requirements() -> None:
    for requirement in list_requirements():
        checks = plural(len(requirement.checks), "check")
        click.echo(f"{requirement.id.ljust(24)} {requirement.level.ljust(8)} {checks.ljust(10)} {requirement.clause}")

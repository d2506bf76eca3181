"""`harness doctor`: each prerequisite, what was seen, and how to mend it."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from harness.cli.complaint import errors_told
from harness.cli.options import target_options
from harness.cli.target import target
from harness.client.source_system import SourceSystem
from harness.doctor.examine import examine
from harness.doctor.finding import Finding
from harness.exit_codes import EXIT_CODES
from harness.profile import Profile
from harness.sink.feed import Feed
from harness.sink.inbox import Inbox
from harness.sink.process import SinkProcess

_MARKS = {"ok": ("ok", "green"), "failed": ("FAILED", "red"), "not tried": ("-", "yellow")}


@click.command()
@partial(target_options, hidden=("--session-ttl", "--report", "--seed", "--strict", "--known-failures", "--budget"))
def command(**flags: Any) -> None:
    """Can this target be tested from here? Each prerequisite, and how to mend it."""
    with errors_told(), target(flags) as where:
        click.echo(f"target {where.profile.base_url}" + (" (the embedded sandbox)" if where.embedded else ""))
        findings = list(shown(where.profile))
    healthy = all(finding.state == "ok" for finding in findings)
    click.echo("This target can be tested from here." if healthy else "Not yet: mend what failed, and ask again.")
    sys.exit(EXIT_CODES["pass" if healthy else "could_not_run"])


def shown(profile: Profile) -> Iterator[Finding]:
    """The findings on a target, each printed as soon as it is known."""
    with _sink(profile) as (sink, inbox):
        api = SourceSystem(profile)
        try:
            for finding in examine(profile, api, inbox, sink.url):
                _print(finding)
                yield finding
        finally:
            api.close()


@contextmanager
def _sink(profile: Profile) -> Iterator[tuple[SinkProcess, Inbox]]:
    with (
        tempfile.TemporaryDirectory(prefix="harness-doctor-") as folder,
        SinkProcess.start(profile, Path(folder), "doctor", "doctor") as sink,
        Inbox(Feed(sink.feed)) as inbox,
    ):
        yield sink, inbox


def _print(finding: Finding) -> None:
    mark, colour = _MARKS[finding.state]
    click.echo(f"  {click.style(mark.ljust(6), fg=colour)}  {finding.prerequisite.ljust(11)} {finding.seen}")
    if finding.mend:
        click.echo(f"                      {finding.mend}")

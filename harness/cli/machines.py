"""`harness load --master` and `--worker`: one run from several machines."""

import os
import secrets
import sys
from pathlib import Path

import click

from harness.cli.complaint import errors_told
from harness.cli.outcome import new_folder
from harness.errors import UsageError
from harness.exit_codes import EXIT_INTERRUPTED
from harness.load.remote.meeting import Meeting
from harness.load.remote.member import Member
from harness.processes.interrupt import Interrupt
from harness.profile import LOOPBACK
from harness.secret import Secret

TOKEN = "HARNESS_JOIN_TOKEN"  # noqa: S105 - its name
TOKEN_BYTES = 24
# The last port is of no use: Locust takes the one behind it.
LAST_PORT = 65534


def address(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, int] | None:
    """Where to listen, from "10.0.0.1:5550"."""
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= LAST_PORT:
        raise click.BadParameter("takes HOST:PORT, such as 10.0.0.1:5550", context, parameter)
    return host.strip("[]"), int(port)


def meeting_at(host: str, port: int, workers: int) -> Meeting:
    """The meeting, told to whoever has to send the workers there."""
    token = os.environ.get(TOKEN) or secrets.token_urlsafe(TOKEN_BYTES)
    if host not in LOOPBACK:
        click.echo(f"warning: --master {host} can be reached from outside this machine, without TLS", err=True)
    click.echo(f"{workers} workers are waited for. On the machine of each, with the target's key in HARNESS_API_KEY:\n")
    if TOKEN not in os.environ:
        click.echo(f"    export {TOKEN}={token}")
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"    harness load --worker http://{shown}:{port}\n")
    return Meeting(host, port, Secret(token), say=click.echo)


def serve(context: click.Context, url: str, report: str | None) -> None:
    """Be a worker until the run is over. The command ends here."""
    given = [name for name in context.params if _was_given(context, name) and name not in ("worker", "report")]
    if given:
        raise click.UsageError(f"--worker takes no --{given[0].replace('_', '-')}: the master says what to do")
    with errors_told():
        token = os.environ.get(TOKEN)
        if not token:
            raise UsageError(f"--worker takes the master's token in {TOKEN}: the master shows it")
        with Interrupt() as interrupt:
            member = Member(url, Secret(token), os.environ, lambda name: _folder(report, name), interrupt, click.echo)
            code = member.serve()
    sys.exit(EXIT_INTERRUPTED if interrupt.requested else code)


def _folder(report: str | None, name: str) -> Path:
    return new_folder(report, name)


def _was_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE

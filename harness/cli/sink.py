"""`harness sink`: the webhook sink alone. It shows what comes in, and can serve other processes."""

import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

import click

from harness.errors import HarnessError, SinkDied
from harness.events import Replied
from harness.profile import LOOPBACK
from harness.sink.feed import Feed
from harness.sink.process import SinkProcess
from harness.sink.settings import Settings

# Characters of a reply's content that fit into its line.
SHOWN = 60


class _Address(click.ParamType[tuple[str, int]]):
    name = "HOST:PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            self.fail("takes HOST:PORT, such as 127.0.0.1:9000", param, ctx)
        return host.strip("[]"), int(port)


@click.command("sink")
@click.option(
    "--listen", type=_Address(), default="127.0.0.1:0", show_default=True, help="Where webhook calls come in."
)
@click.option("--control", type=_Address(), default="127.0.0.1:0", show_default=True, help="Where the feed is served.")
@click.option("--public-url", metavar="URL", help="Where the target reaches the sink, if not at --listen.")
@click.option("--journal", type=click.Path(dir_okay=False, path_type=Path), help="Write every arrival to this file.")
def command(listen: tuple[str, int], control: tuple[str, int], public_url: str | None, journal: Path | None) -> None:
    """Take webhook calls and show them, one line each, until Ctrl-C."""
    for option, (host, _) in (("--listen", listen), ("--control", control)):
        if host not in LOOPBACK:
            click.echo(f"warning: {option} {host} can be reached from outside this machine, without TLS", err=True)
    settings = Settings(listen=listen, control=control, public_url=public_url, journal=journal)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with SinkProcess.launch(settings) as sink:
            _introduce(sink)
            try:
                _show(sink)
            except KeyboardInterrupt:
                # A second Ctrl-C must not cut the end short, and with it the last arrivals.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                _sum_up(sink)
    except KeyboardInterrupt:
        sys.exit(130)
    except HarnessError as error:
        click.echo(f"harness sink: {error}", err=True)
        sys.exit(error.exit_code)


def _introduce(sink: SinkProcess) -> None:
    click.echo(f"The webhook sink listens. Register this URL with the target:\n\n    {sink.url}\n")
    call = json.dumps({"url": sink.url, "event": "message"})
    click.echo("For instance:\n")
    click.echo('    curl -X POST "$HARNESS_BASE_URL/v1/webhooks" -H "Authorization: Bearer $HARNESS_API_KEY" \\')
    click.echo(f"         -H 'Content-Type: application/json' -d '{call}'\n")
    click.echo("To hear of its arrivals from another process, set there:\n")
    for name, value in sink.feed.environment().items():
        click.echo(f"    export {name}={value}")
    click.echo("\nEach call is a line below. Ctrl-C ends it.\n")


def _show(sink: SinkProcess) -> None:
    """Prints arrivals until it is interrupted. A terminal that is too slow for them misses some, and says so."""
    shown = 0
    while True:
        try:
            with Feed(sink.feed, since=shown) as feed:
                for arrival in feed:
                    click.echo(line_of(arrival))
                    shown += 1
        except SinkDied:
            sink.raise_if_dead()
            newest = sink.status()["next"]
            click.echo(f"({newest - shown} arrivals are not shown: they came faster than this terminal took them)")
            shown = newest


def line_of(arrival: Replied) -> str:
    """One arrival on one line: time, session, user, participant, verdict, content; control characters escaped."""
    clock = time.strftime("%H:%M:%S", time.localtime(arrival.wall // 1_000_000_000))
    verdict = "; ".join(arrival.problems) or "ok"
    names = (arrival.session, arrival.user, arrival.participant)
    who = "  ".join("-" if name is None else _printable(name, 40) for name in names)
    return f"{clock}.{arrival.wall // 1_000_000 % 1000:03}  {who}  {_printable(verdict, 300)}  {_content(arrival)}"


def _content(arrival: Replied) -> str:
    try:
        text = json.loads(arrival.body or "")["data"]["content"]
    except (ValueError, TypeError, KeyError, RecursionError):
        text = arrival.body or ""
    return f'"{_printable(str(text), SHOWN)}"'


def _printable(text: str, longest: int) -> str:
    """What a target sends must not move the cursor, colour the terminal, or fail to encode."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in short)


def _sum_up(sink: SinkProcess) -> None:
    status = sink.status()
    sink.stop()
    click.echo(f"\n{status['received']} arrivals in {status['uptime_s']:.0f} s")
    for reason, count in sorted(status["rejected"].items()):
        click.echo(f"{count} calls refused: {reason}")

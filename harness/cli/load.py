"""`harness load`: customers hold conversations, and every message is followed to its reply."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from harness.capacity import SCENARIO as CAPACITY
from harness.cli.capacity import capacity, refuse_options
from harness.cli.durations import optional_seconds, seconds
from harness.cli.found import found
from harness.cli.machines import address, meeting_at, serve
from harness.cli.options import target_options
from harness.cli.outcome import Run, carry_out
from harness.cli.progress import Progress
from harness.errors import UsageError
from harness.load.capacity import CapacityPlan
from harness.load.check import check
from harness.load.manners import MANNERS, Manners
from harness.load.plan import CONNECTIONS, SCENARIOS, LoadPlan, connections
from harness.load.plan import Progress as Progressed
from harness.load.remote.meeting import Meeting
from harness.load.run import run_load

# Who is there where nobody says how many: customers.
CUSTOMERS = 100

Command = Callable[..., Any]


def shared_connections(context: click.Context, parameter: click.Parameter, value: str) -> int | None:
    try:
        return connections(value)
    except UsageError as error:
        raise click.BadParameter(str(error), context, parameter) from None


def load_options(customers: int | None, duration: str) -> Callable[[Command], Command]:
    """The options of a load run, with these defaults."""

    def give(command: Command) -> Command:
        for option in (
            click.option(
                "--objective",
                "objectives",
                multiple=True,
                metavar="TEXT",
                help="Such as 'reply_p99<2s' or 'lost<0.1%'. Repeatable.",
            ),
            click.option("--duration", default=duration, callback=seconds, metavar="TIME", show_default=True),
            click.option("--customers", default=customers, type=click.IntRange(1, 100_000), show_default=True),
        ):
            command = option(command)
        return command

    return give


@click.command()
@click.pass_context
@click.argument("scenario", type=click.Choice([*SCENARIOS, CAPACITY]), required=False)
@load_options(customers=None, duration="60s")
@click.option("--arrival-rate", type=float, metavar="PER_SECOND", help="New customers a second; in capacity, at most.")
@click.option("--poisson", is_flag=True, help="They come as a Poisson process, not at even distances.")
@click.option(
    "--ramp-up", callback=optional_seconds, metavar="TIME", help="In which the customers arrive. Default: 10s or less."
)
@click.option(
    "--think", default="1s", callback=seconds, metavar="TIME", help="Mean pause before a message. Default: 1s."
)
@click.option(
    "--connections",
    default=str(CONNECTIONS),
    metavar="N|per-customer",
    callback=shared_connections,
    show_default=True,
    help="How many keep-alive connections the customers share.",
)
@click.option(
    "--in-flight",
    default=1,
    type=click.IntRange(1, 50),
    show_default=True,
    metavar="N",
    help="Unanswered messages a session. Beyond 1 replies are ambiguous, and told as such.",
)
@click.option(
    "--when-limited",
    default=LoadPlan().when_limited,
    type=click.Choice(MANNERS),
    show_default=True,
    help="After a 429: wait as asked and drop the message, or send it again then (polite), or go on at once (rude).",
)
@click.option(
    "--limits",
    metavar="RUN",
    callback=found,
    help="The folder of a `harness limits`: does the limiter that it found let in what it should?",
)
@click.option("--workers", default=0, type=click.IntRange(0, 64), metavar="N", help="So many processes of customers.")
@click.option(
    "--master",
    callback=address,
    metavar="HOST:PORT",
    help="The workers are other machines', and meet this one here. Locust's own port is the next.",
)
@click.option("--worker", metavar="URL", help="Be one of the workers of the master that listens there.")
@click.option("--sinks", default=1, type=click.IntRange(1, 16), metavar="N", help="So many webhook sinks at one URL.")
@click.option(
    "--abort-early",
    is_flag=True,
    help="End the run as soon as a window breaks its objective, such as 'reply_p99<2s over 10s'.",
)
@click.option(
    "--probe-duration",
    default="15s",
    callback=seconds,
    metavar="TIME",
    help="In capacity, for how long each rate is judged.",
    show_default=True,
)
@click.option("--web", is_flag=True, help="Locust's own UI on loopback, until Ctrl-C.")
@click.option("--web-port", default=8089, type=click.IntRange(1, 65535), show_default=True)
@target_options
def command(
    context: click.Context,
    scenario: str | None,
    customers: int | None,
    duration: float,
    arrival_rate: float | None,
    poisson: bool,
    ramp_up: float | None,
    think: float,
    connections: int | None,
    in_flight: int,
    when_limited: Manners,
    limits: Mapping[str, Any] | None,
    workers: int,
    master: tuple[str, int] | None,
    worker: str | None,
    sinks: int,
    abort_early: bool,
    probe_duration: float,
    web: bool,
    web_port: int,
    **flags: Any,
) -> None:
    """Customers open a session, send messages with time to think, and wait for each reply.

    \b
    conversations  the default: so many --customers, always busy (100 where no number is given)
    arrivals       so many new ones a second, --arrival-rate, however those before them fare
    handover       conversations in which the customer asks for a human
    surge          arrivals that are ten times as many for a fifth of the run
    soak           customers who stay in one session for as long as it lives
    capacity       the most new customers a second who are still served as the objectives say, within --max-rate
    """
    if worker is not None:
        serve(context, worker, flags.get("report"))
    if scenario == CAPACITY:
        refuse_options(context)
        search = CapacityPlan(
            probe_s=probe_duration,
            highest=arrival_rate,
            think_s=think,
            connections=connections,
            spacing="poisson" if poisson else "constant",
            workers=workers,
            sinks=sinks,
        )
        carry_out(flags, lambda run: capacity(run, search))
        return
    if arrival_rate is not None and customers is not None:
        raise click.UsageError("give --customers, who are always busy, or --arrival-rate, who come when they come")
    scenario = scenario or ("conversations" if arrival_rate is None else "arrivals")
    plan = LoadPlan(
        scenario=scenario,
        customers=(customers or CUSTOMERS) if arrival_rate is None else 0,
        arrival_rate=arrival_rate,
        spacing="poisson" if poisson else "constant",
        duration_s=duration,
        spawn_s=ramp_up,
        think_s=think,
        connections=connections,
        in_flight=in_flight,
        when_limited=when_limited,
        limits=limits,
        workers=workers,
        sinks=sinks,
        abort_early=abort_early,
        web=web,
        web_port=web_port,
    )
    meeting = meeting_at(*master, plan.workers) if master else None
    carry_out(flags, lambda run: load(run, plan, meeting))


def load(run: Run, plan: LoadPlan, meeting: Meeting | None = None) -> None:
    """The load run as one phase of a run, with its progress shown."""
    check(run.target.profile, plan, meeting)
    if plan.web:
        click.echo(f"Locust's UI is at http://127.0.0.1:{plan.web_port}; Ctrl-C ends the run and writes the report.")
    with Progress() as progress:

        def on_progress(now: Progressed) -> None:
            median = f"{now.p50_ms:.0f} ms" if now.p50_ms is not None else "-"
            progress.show(
                f"load: {now.elapsed_s:4.0f} s · {now.customers} customers · {now.accepted} accepted, "
                f"{now.limited} limited, {now.failed} failed · {now.answered} answered, {now.waiting} waiting · "
                f"reply p50 {median}"
            )

        run_load(
            run.target.profile,
            run.folder,
            run.run_id,
            plan,
            interrupt=run.interrupt,
            on_progress=on_progress,
            watch=run.target.watch,
            meeting=meeting,
        )

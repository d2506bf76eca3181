"""`harness limits`: what is the target's rate limiter?"""

import time
from functools import partial
from typing import Any

import click

from harness.cli.durations import optional_seconds
from harness.cli.options import target_options
from harness.cli.outcome import Run, carry_out
from harness.cli.progress import Progress
from harness.errors import UsageError
from harness.limits.phase import run_limits
from harness.limits.purse import Purse
from harness.limits.seen import Seen
from harness.values import Budget

# It listens to no replies and decides no requirements.
OF_REPLIES_AND_CLAUSES = (
    "--public-url",
    "--sink-listen",
    "--session-ttl",
    "--reply-timeout",
    "--strict",
    "--known-failures",
)
# Requests and seconds, at most.
BUDGETS: dict[Budget, tuple[int, float]] = {
    "quick": (400, 120.0),
    "standard": (1600, 900.0),
    "thorough": (4000, 3600.0),
}
LEAST_REQUESTS, LEAST_S = 50, 10.0
# What it may spend beside the gate, where that met a limit.
BESIDE: dict[Budget, tuple[int, float]] = {"quick": (200, 30.0), "standard": (400, 120.0), "thorough": (1600, 900.0)}
# What an embedded sandbox is given, so that there is something to find.
EMBEDDED = "fixed-window limit=20 window=3s headers=draft"


@click.command()
@click.option("--most-requests", type=int, metavar="N", help="A hard cap, in place of the budget's.")
@click.option("--most-time", callback=optional_seconds, metavar="TIME", help="Likewise, such as 5m.")
@partial(target_options, hidden=OF_REPLIES_AND_CLAUSES)
def command(most_requests: int | None, most_time: float | None, **flags: Any) -> None:
    """Identify the rate limiter from outside: quota, window, algorithm, scope, and whether it keeps its word.

    It uses the quota up, again and again, within a hard cap: 400 requests and 2 minutes for --budget quick, 1,600 and
    15 minutes for standard, 4,000 and an hour for thorough. Nobody else should use the key meanwhile.

    Whether each key has a quota of its own can only be told with a second tenant: --other-client-id, and its key in
    HARNESS_OTHER_API_KEY.

    \b
    Exit codes:
      0    a limiter was found, or none was seen up to the requests that are told
      2    usage or configuration
      3    could not run: the target cannot be asked, or gave too few answers to tell
      130  interrupted; what was seen until then is reported
    """
    carry_out(flags, lambda run: limits(run, most_requests, most_time), options=("--limiter", EMBEDDED))


def limits(run: Run, most_requests: int | None, most_time: float | None) -> None:
    """The inquiry as one phase of a run, with its progress shown."""
    inquire(run, purse_of(run.target.profile.budget, most_requests, most_time))


def inquire_beside(run: Run) -> None:
    """The limiter that the gate has met, so that what it says of it stands beside what it is."""
    if not run.interrupt.requested:
        inquire(run, Purse(*BESIDE[run.target.profile.budget]))


def inquire(run: Run, purse: Purse) -> None:
    click.echo(
        f"At most {purse.requests:,} requests in {purse.seconds:g} s to {run.target.profile.base_url}, "
        "many of which it is expected to refuse."
    )
    counts = {"admitted": 0, "refused": 0, "unknown": 0}
    began = time.monotonic()
    with Progress() as progress:

        def on_state(what: str, seen: Seen | None) -> None:
            run.target.watch()
            if seen is not None:
                counts[seen.verdict] += 1
            asking = what or "what is the cheapest request that shares the limit?"
            if counts["admitted"] or counts["refused"]:
                spent = f"{purse.spent:,} of {purse.requests:,} requests"
                lasted = f"{time.monotonic() - began:.0f} of {purse.seconds:g} s"
                fared = f"{counts['admitted']} let in, {counts['refused']} refused"
                progress.show(f"limits: {spent}, {lasted} · {fared} · {asking}")

        run_limits(run.target.profile, run.folder, run.run_id, purse, interrupt=run.interrupt, on_state=on_state)


def purse_of(budget: Budget, most_requests: int | None, most_time: float | None) -> Purse:
    """Raises UsageError."""
    requests, seconds = BUDGETS[budget]
    if most_requests is not None:
        requests = most_requests
    if most_time is not None:
        seconds = most_time
    if requests < LEAST_REQUESTS:
        raise UsageError(f"--most-requests {requests}: nothing can be told from fewer than {LEAST_REQUESTS}")
    if seconds < LEAST_S:
        raise UsageError(f"--most-time {most_time:g}s: nothing can be told in less than {LEAST_S:g} s")
    named = most_requests is None and most_time is None
    return Purse(requests, seconds, budget=budget if named else None)

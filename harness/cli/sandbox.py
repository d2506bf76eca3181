"""`harness sandbox`: a Messaging API on this machine, to build and test against."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from harness.cli.twin_file import twin_of_file
from harness.errors import UsageError
from harness.processes import lifeline
from harness.sandbox.config import DEFAULT_HANDOVER_PHRASES, DEVELOPMENT_TENANTS, Config, Tenant
from harness.sandbox.console import Console
from harness.sandbox.faults import catalogue as all_faults
from harness.sandbox.limiter.reading import catalogue_lines as limiter_catalogue
from harness.sandbox.process import serve
from harness.sandbox.sandbox import Running
from harness.sandbox.sending.policy import SenderPolicy
from harness.sandbox.sending.reading import sender_policy_from
from harness.sandbox.tenants import VARIABLE, tenants_from
from harness.sandbox.variants import catalogue as all_variants
from harness.sandbox.variants.sessions import AbsoluteExpiry
from harness.sandbox.webhooks import is_loopback

# What this sandbox and the way to it take without any delay, so that it is not counted twice: milliseconds.
OWN_ANSWER_MS, OWN_REPLY_MS = 0.5, 1.0
# To one message, whatever a twin says.
MOST_REPLIES = 100.0
SECONDS = click.FloatRange(min=0)


class WillNotStart(click.ClickException):
    """One clear line, and the exit code of a configuration that cannot work."""

    exit_code = 2


class Ended(click.ClickException):
    """One clear line, and the exit code of what could not go on: it had started."""

    exit_code = 3


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option(
    "--control-port", default=0, type=click.IntRange(0, 65535), help="Always on 127.0.0.1. Default: a free one."
)
@click.option(
    "--session-ttl", default=1800.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Seconds."
)
@click.option("--reply-median", default=0.25, show_default=True, type=SECONDS, help="Of the reply delay, in seconds.")
@click.option("--reply-sigma", default=0.5, show_default=True, type=SECONDS, help="Of its log-normal distribution.")
@click.option(
    "--rate-limit", type=click.FloatRange(0, min_open=True), metavar="PER_SECOND", help="Of each key. Default: none."
)
@click.option("--burst", type=click.IntRange(1), metavar="N", help="Requests at once. Default: one second's worth.")
@click.option(
    "--limiter",
    "limiters",
    multiple=True,
    metavar="POLICY",
    help="Limit requests, as in 'fixed-window limit=14 window=3s' (repeatable: a layer each); see --limiters.",
)
@click.option(
    "--twin",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Limit, delay and send as `harness twin` measured. "
    "--limiter or --rate-limit takes the place of its limiters, --sender of its sender.",
)
@click.option("--limiters", "list_limiters", is_flag=True, help="List families of limiters and options, and exit.")
@click.option("--seed", type=int, help="Repeat ids and delays. Default: unguessable ids.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Seed a defect (repeatable); see --faults.")
@click.option("--faults", "list_faults", is_flag=True, help="List the defects that there are, and exit.")
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME",
    help="Keep the contract in another way (repeatable); see --variants.",
)
@click.option("--variants", "list_variants", is_flag=True, help="List the variants that there are, and exit.")
@click.option(
    "--handover-phrase",
    "handover_phrases",
    multiple=True,
    default=DEFAULT_HANDOVER_PHRASES,
    show_default=True,
    help="After it a human agent replies (repeatable).",
)
@click.option("--allow-remote-webhooks", is_flag=True, help="Call webhooks off this machine, too.")
@click.option(
    "--answer-median", default=0.0, show_default=True, type=SECONDS, help="Of the delay of an accepting answer."
)
@click.option(
    "--late-delay", default=15.0, show_default=True, type=SECONDS, help="Of the reply to `!late`, in seconds."
)
@click.option(
    "--sender",
    default="",
    metavar="POLICY",
    help="How webhook calls are made and tried again, as in 'accepted=200 timeout=3s retry=constant first=1s'.",
)
@click.option(
    "--delivery-timeout",
    type=click.FloatRange(0, min_open=True),
    help="Of a webhook call, in seconds; the same as timeout= in --sender.",
)
@click.option("--quiet", is_flag=True, help="No log on stderr.")
@click.option(
    "--log", "log_file", type=click.Path(dir_okay=False, path_type=Path), help="Ground truth into a file, as NDJSON."
)
@click.option(
    "--announce", is_flag=True, help="Print one JSON line about where it listens, and nothing else, on stdout."
)
@click.option("--lifeline", "on_lifeline", is_flag=True, help="End when stdin does.")
def command(
    *,
    list_faults: bool,
    list_variants: bool,
    list_limiters: bool,
    quiet: bool,
    log_file: Path | None,
    announce: bool,
    on_lifeline: bool,
    **options: Any,
) -> None:
    """The embedded Messaging API: build against it, and see in its log what you did right and wrong.

    Tenants come from the environment variable HARNESS_SANDBOX_TENANTS, a JSON array of {"client_id", "api_key"};
    without it there are two for development, whose keys are shown at the start.
    """
    if list_faults or list_variants or list_limiters:
        _list(faults=list_faults, variants=list_variants, limiters=list_limiters)
        return
    up = False

    def started(sandbox: Running) -> None:
        nonlocal up
        _tell(sandbox, config, announce=announce)
        if on_lifeline:  # not before SIGTERM, which it sends, is handled
            lifeline.hold()
        up = True

    try:
        config = _config(options)
        console = Console(None if quiet else sys.stderr, [tenant.api_key for tenant in config.tenants])
        serve(config, console, started, log_file)
    except ValueError as error:
        raise WillNotStart(str(error)) from None
    except OSError as error:
        raise (Ended if up else WillNotStart)(_why(error, up=up)) from None


def _list(**wanted: bool) -> None:
    """The catalogues that were asked for, in columns."""
    if wanted["faults"]:
        _columns([(fault.name, fault.breaks, fault.summary) for fault in all_faults().values()])
    if wanted["variants"]:
        _columns([(variant.name, variant.summary) for variant in all_variants().values()])
    if wanted["limiters"]:
        _columns([*limiter_catalogue()])


def _columns(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _config(options: dict[str, Any]) -> Config:
    """The command's options under the names of the configuration. Raises ValueError."""
    renamed = {
        "session_ttl": "session_ttl_s",
        "reply_median": "reply_median_s",
        "late_delay": "late_delay_s",
        "answer_median": "answer_median_s",
        "rate_limit": "rate_limit_per_s",
    }
    named = {renamed.get(name, name): value for name, value in options.items()}
    sender, timeout_s = named.pop("sender"), named.pop("delivery_timeout")
    if (path := named.pop("twin")) is not None:
        named |= _twin(path, named)
    if timeout_s is not None and any(word.startswith("timeout=") for word in sender.split()):
        raise ValueError("--delivery-timeout is short for timeout= in --sender: give one of the two")
    named["sender"] = _sender(sender or named.get("sender", ""), timeout_s)
    return Config(tenants=tenants_from(os.environ), **named)


def _sender(line: str, timeout_s: float | None) -> SenderPolicy:
    """Raises ValueError."""
    policy = sender_policy_from(line)
    return policy if timeout_s is None else replace(policy, timeout_s=timeout_s)


def _twin(path: Path, named: dict[str, Any]) -> dict[str, Any]:
    """What a twin says of limits and delays. Raises ValueError; a part that was not measured stays the default."""
    try:
        twin = twin_of_file(path)
    except UsageError as error:
        raise ValueError(f"--twin {error}") from None
    told: dict[str, Any] = {}
    if twin.replies is not None:
        told["replies_mean"] = min(twin.replies.mean, MOST_REPLIES)
    if twin.lifetime is not None:
        told["session_ttl_s"] = twin.lifetime.ttl_s
        told["variants"] = (*named["variants"], *(() if twin.lifetime.prolonged else (AbsoluteExpiry.name,)))
    if twin.sender is not None:
        told["sender"] = twin.sender.policy
    limited = named["limiters"] or named["rate_limit_per_s"] is not None
    if twin.policies and not limited:
        told["limiters"] = twin.policies
    for name, delay, own_ms in (("answer", twin.response, OWN_ANSWER_MS), ("reply", twin.reply, OWN_REPLY_MS)):
        if delay is not None:
            told[f"{name}_quantiles"] = tuple(
                (at, max(ms - own_ms, 0.0) / 1e3) for at, ms in zip(delay.percentiles, delay.ms, strict=True)
            )
    return told


def _tell(sandbox: Running, config: Config, *, announce: bool) -> None:
    if announce:
        tenants = [tenant.client_id for tenant in config.tenants]
        where = {"base_url": sandbox.base_url, "control_url": sandbox.control_url}
        click.echo(json.dumps({**where, "tenants": tenants, "pid": os.getpid()}))
    else:
        click.echo(_banner(sandbox, config))
    if not is_loopback(config.host):
        click.echo(f"Warning: {config.host} is not loopback: others can reach this sandbox.", err=True)


def _banner(sandbox: Running, config: Config) -> str:
    defaults = config.tenants is DEVELOPMENT_TENANTS
    first = config.tenants[0]
    key = first.api_key if defaults else "<your-api-key>"
    body = json.dumps({"clientId": first.client_id, "source": "sms", "customer": {"firstName": "Darren"}})
    keys = [_tenant_line(tenant, defaults=defaults) for tenant in config.tenants]
    return "\n".join(
        [
            f"Messaging API   {sandbox.base_url}",
            f"Control         {sandbox.control_url}  (/log /state /reset /clock /limiters)",
            *keys,
            "",
            "Try it:",
            f"  curl {sandbox.base_url}/v1/sessions -H 'Authorization: Bearer {key}' -d '{body}'",
            "",
        ]
    )


def _tenant_line(tenant: Tenant, *, defaults: bool) -> str:
    key = f"key {tenant.api_key}" if defaults else f"its key is in {VARIABLE}"
    return f"Client id       {tenant.client_id}  {key}"


def _why(error: OSError, *, up: bool) -> str:
    """One line. An OSError of a socket says itself which address it was."""
    return f"the sandbox {'had to end' if up else 'cannot start'}: {error.strerror or error}"

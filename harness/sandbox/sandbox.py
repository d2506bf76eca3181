"""A whole sandbox, put together: the API on one port, control on another, deliveries in between."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from harness.sandbox.api import Api
from harness.sandbox.clock import SandboxClock
from harness.sandbox.config import Config
from harness.sandbox.console import Console
from harness.sandbox.control import control_app
from harness.sandbox.delivery import Dispatcher
from harness.sandbox.deviation import Deviations
from harness.sandbox.faults import make_faults
from harness.sandbox.http_server import HttpServer
from harness.sandbox.ids import Ids
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from harness.sandbox.limiter.limiter import Limiter
from harness.sandbox.limiter.policy import Policy
from harness.sandbox.limiter.reading import policy_from
from harness.sandbox.recorder import Recorder
from harness.sandbox.replies import Replier
from harness.sandbox.sending.sender import Sender
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session, Sessions
from harness.sandbox.truth import TruthLog
from harness.sandbox.variants import make_variants
from harness.sandbox.webhooks import Webhooks

CONTROL_HOST = "127.0.0.1"
BACKLOG = 2048
# A request that is being answered when the sandbox is told to stop has this long.
GRACE_S = 0.25


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answers."""

    base_url: str
    control_url: str
    truth: TruthLog


@asynccontextmanager
async def running(config: Config, console: Console) -> AsyncIterator[Running]:
    """Starts a sandbox in this event loop, and stops it at the end of the block.

    Raises OSError when it cannot listen, and ValueError when it was asked for a fault, a variant or a limiter that
    cannot be.
    """
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(_services(config, console))
        api = Api(services, _deviations(config, services))
        server = HttpServer(api.answer, Recorder(services.truth, console).answered, api.ended, config.bounds)
        base_url = await _listen(stack, web.ServerRunner(server, shutdown_timeout=GRACE_S), config.host, config.port)
        control = web.AppRunner(control_app(services), access_log=None, shutdown_timeout=GRACE_S)
        control_url = await _listen(stack, control, CONTROL_HOST, config.control_port)
        yield Running(base_url, control_url, services.truth)


def _deviations(config: Config, services: Services) -> Deviations:
    """What was asked for. Faults come first: a variant may change the form of an answer, but not undo its defect."""
    faults, variants = make_faults(config.faults, services), make_variants(config.variants, services)
    deviations = Deviations([*faults, *variants])
    services.dispatcher.before_call = deviations.before_call
    services.dispatcher.after_attempt = deviations.after_attempt
    return deviations


def _limiter(config: Config) -> Limiter | None:
    """As told policy by policy, or by a rate. Raises ValueError."""
    policies = [policy_from(line) for line in config.limiters]
    if config.rate_limit_per_s:
        if policies:
            raise ValueError("--rate-limit is short for --limiter 'token-bucket rate=N burst=N': give one of the two")
        policies = [Policy(TokenBucket(config.rate_limit_per_s, config.bucket_size))]
    return Limiter(policies) if policies else None


async def _listen(stack: AsyncExitStack, runner: web.BaseRunner, host: str, port: int) -> str:
    """The URL it answers at, until the stack unwinds."""
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
    return f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"


@asynccontextmanager
async def _services(config: Config, console: Console) -> AsyncIterator[Services]:
    truth = TruthLog(config.bounds.log_entries)
    truth.write("sender", time.monotonic_ns(), config.sender.told())
    clock = SandboxClock()
    webhooks = Webhooks()

    def evicted(session: Session) -> None:
        truth.write("evicted", time.monotonic_ns(), session.tenant.client_id, session.id, session.user_id)
        console.line(f"session {session.id} had to go: there can be {config.bounds.sessions}, and it idled the longest")

    sessions = Sessions(Ids(config.seed), clock, config.session_ttl_s, config.bounds.sessions, evicted)
    limiter = _limiter(config)
    async with Sender(config.sender, allow_remote=config.allow_remote_webhooks) as sender:
        dispatcher = Dispatcher(config, webhooks, sender, truth, console)
        yield Services(config, clock, sessions, webhooks, Replier(config), dispatcher, limiter, truth, console)
        await dispatcher.close()

"""All that the operations work with, in one place. A fault or a variant may put something of its own into it."""

from dataclasses import dataclass

from harness.sandbox.clock import SandboxClock
from harness.sandbox.config import Config
from harness.sandbox.console import Console
from harness.sandbox.delivery import Dispatcher
from harness.sandbox.limiter.limiter import Limiter
from harness.sandbox.replies import Replier
from harness.sandbox.sessions import Sessions
from harness.sandbox.truth import TruthLog
from harness.sandbox.webhooks import Webhooks


@dataclass(slots=True)
class Services:
    config: Config
    clock: SandboxClock
    sessions: Sessions
    webhooks: Webhooks
    replier: Replier
    dispatcher: Dispatcher
    limiter: Limiter | None
    truth: TruthLog
    console: Console

"""What all checks of one run share: the clients, the sink, and the memory of what happened."""

import random
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from harness.assets import asset
from harness.client.pacer import Ceiling
from harness.client.source_system import SourceSystem
from harness.conformance.ledger import Ledger
from harness.conformance.outcome import NotExercised
from harness.conformance.preflight import preflight
from harness.conformance.replies import Replies
from harness.conformance.sessions import Session, Sessions
from harness.conformance.traffic import Traffic
from harness.conformance.webhook import Webhook
from harness.contract import Contract
from harness.profile import Profile
from harness.sink.address import SinkAddress
from harness.sink.feed import Feed
from harness.sink.inbox import Inbox
from harness.values import Budget

if TYPE_CHECKING:
    from harness.conformance.generation import Generator


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a budget buys: examples of each generated check, walks, sessions that talk at once."""

    examples: int
    walks: int
    talkers: int


EFFORTS: dict[Budget, Effort] = {
    "quick": Effort(examples=10, walks=3, talkers=8),
    "standard": Effort(examples=30, walks=8, talkers=16),
    "thorough": Effort(examples=300, walks=40, talkers=48),
}


class World:
    """Opening it starts to listen to the sink, and runs the preflight, with its errors."""

    def __init__(self, profile: Profile, sink: SinkAddress) -> None:
        self.profile = profile
        self.effort = EFFORTS[profile.budget]
        self.contract = Contract(asset("openapi.yaml").read_text(encoding="utf-8"))
        self.ledger = Ledger()
        self.traffic = Traffic()
        self._generator: Generator | None = None
        with ExitStack() as opened:
            ceiling = Ceiling(profile.max_rate)
            self.api = self._client(opened, ceiling)
            self._other = self._client(opened, ceiling, other=True) if profile.has_other_tenant else None
            preflight(self.api)
            inbox = opened.enter_context(Inbox(Feed(sink)))
            self.replies = Replies(inbox, profile.reply_timeout)
            self.sessions = Sessions(self.api)
            self.webhook = Webhook(sink, self.api)
            self.webhook.register()
            # Left alone from here on, so that it expires while the other checks run.
            self.abandoned = self._abandon()
            self._opened = opened.pop_all()

    @property
    def other(self) -> SourceSystem:
        """The second tenant. Raises NotExercised where the run has none."""
        if self._other is None:
            raise NotExercised("no second tenant was given: set HARNESS_OTHER_API_KEY and HARNESS_OTHER_CLIENT_ID")
        return self._other

    @property
    def generator(self) -> "Generator":
        if self._generator is None:
            # schemathesis takes seconds to import, and not every run needs it.
            from harness.conformance.generation import Generator  # noqa: PLC0415

            self._generator = Generator(self.contract)
        return self._generator

    def dice(self, check: str) -> random.Random:
        """Randomness of its own for each check, the same for the same seed."""
        return random.Random(f"{self.profile.seed}:{check}")

    def seeded(self, check: str) -> int:
        """A seed for hypothesis, of its own for each check."""
        return self.dice(check).getrandbits(64)

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> "World":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _client(self, opened: ExitStack, ceiling: Ceiling, *, other: bool = False) -> SourceSystem:
        client = SourceSystem(self.profile, ceiling, other=other)
        opened.callback(client.close)
        client.observe(self.traffic.saw)
        client.observe(self.ledger.saw)
        return client

    def _abandon(self) -> Session | None:
        if self.profile.session_ttl is None:
            return None
        try:
            return self.sessions.open()
        except NotExercised:
            return None

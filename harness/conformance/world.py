"""What all checks of one run share: the clients, the sink, and the memory of what happened."""

import math
import random
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING

from harness.assets import asset
from harness.client.exchange import Answer
from harness.client.pacer import Ceiling
from harness.client.source_system import Observer, SourceSystem
from harness.conformance.ledger import Ledger
from harness.conformance.outcome import NotExercised
from harness.conformance.preflight import preflight
from harness.conformance.replies import Replies
from harness.conformance.sessions import Session, Sessions
from harness.conformance.surge import Surge, surge
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
    """How much a budget buys."""

    examples: int  # of each generated check
    walks: int  # through the API
    talkers: int  # sessions that talk at once
    turns: int  # messages of a long session
    surge: int  # customers who come at once, in the beginning
    volley: int  # sessions that are watched for a reply that is lost
    longest_ttl_s: float  # a session that lives for longer is not waited for until it expires
    silence_s: float  # for so long a webhook call is kept waiting; 0: not at all

    def halved(self) -> "Effort":
        """Half of everything that takes requests."""
        counts = ("examples", "walks", "talkers", "turns", "volley")
        return replace(self, **{name: getattr(self, name) // 2 for name in counts})


EFFORTS: dict[Budget, Effort] = {
    "quick": Effort(10, 3, 8, 12, 24, 40, longest_ttl_s=15.0, silence_s=0.0),
    "standard": Effort(30, 8, 24, 40, 48, 160, longest_ttl_s=120.0, silence_s=11.0),
    "thorough": Effort(300, 40, 48, 120, 120, 600, longest_ttl_s=math.inf, silence_s=35.0),
}


# Of its time to live: from then on it may have expired, as clocks go.
NEARLY = 0.95


class World:
    """Opening it starts to listen to the sink, and runs the preflight, with its errors."""

    def __init__(self, profile: Profile, sink: SinkAddress) -> None:
        self.profile = profile
        self._effort = EFFORTS[profile.budget]
        self.contract = Contract(asset("openapi.yaml").read_text(encoding="utf-8"), profile.redactor.clean)
        self.ledger = Ledger()
        self.traffic = Traffic()
        self._generator: Generator | None = None
        self._surge: Surge | None = None
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
            self._abandoned = self._abandon()
            self._opened = opened.pop_all()

    @property
    def effort(self) -> Effort:
        """What the budget buys: half of it where the target limits, for there each request costs time."""
        return self._effort.halved() if self.ledger.limited else self._effort

    @property
    def other(self) -> SourceSystem:
        """The second tenant. Raises NotExercised where the run has none."""
        if self._other is None:
            raise NotExercised("no second tenant was given: set HARNESS_OTHER_API_KEY and HARNESS_OTHER_CLIENT_ID")
        return self._other

    def observe(self, observer: Observer) -> None:
        """Has it called with each answer from now on, whichever tenant asked."""
        for client in (self.api, self._other):
            if client is not None:
                client.observe(observer)

    @property
    def surge(self) -> Surge:
        """Many customers at once: it happens when it is asked for first."""
        if self._surge is None:
            self._surge = surge(self.api, self._other, self.effort.surge)
        return self._surge

    @property
    def generator(self) -> "Generator":
        if self._generator is None:
            # schemathesis takes seconds to import, and not every run needs it.
            from harness.conformance.generation import Generator  # noqa: PLC0415

            self._generator = Generator(self.contract)
        return self._generator

    def awaited_ttl_s(self) -> float:
        """A session's time to live, in seconds. Raises NotExercised where it is unknown, or too long to wait for."""
        ttl_s, longest_s = self.profile.session_ttl, self._effort.longest_ttl_s
        if ttl_s is None:
            waits = "however long it is" if math.isinf(longest_s) else f"up to {longest_s:g} s"
            raise NotExercised(
                "no --session-ttl was given: how long a session lives is not in the document"
                f" (--budget {self.profile.budget} waits for it {waits})"
            )
        if ttl_s > longest_s:
            raise NotExercised(f"--budget {self.profile.budget} waits for {longest_s:g} s, and not for {ttl_s:g} s")
        return ttl_s

    @property
    def abandoned(self) -> Session:
        """A session that was left alone from the beginning on, so that it expires while the other checks run.

        Raises NotExercised where there is none.
        """
        self.awaited_ttl_s()
        if self._abandoned is None:
            raise NotExercised("no session could be created at the beginning, to be left alone")
        return self._abandoned

    def require_replies(self) -> None:
        """Raises NotExercised where no reply ever came, not even to a message that is sent for that."""
        if self.replies.all():
            return
        session = self.sessions.open()
        if not self.api.send_message(session.id, "Does anybody ever answer?").accepted or not self.replies.wait(
            session.id
        ):
            raise NotExercised("no reply ever came, to anything")

    def expired(self, answer: Answer) -> bool:
        """Whether it is about a session that may have lived out its time to live, as far as that is known."""
        talk = self.ledger.talks.get(answer.request.session or "")
        ttl_s = self.profile.session_ttl
        if talk is None or ttl_s is None:
            return False
        # When the target made the session and looked at the request, each lies between sending and answer.
        return answer.sent_at + answer.elapsed_ns > talk.asked_at + NEARLY * ttl_s * 1e9

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
        try:
            self.awaited_ttl_s()
            return self.sessions.open()
        except NotExercised:
            return None

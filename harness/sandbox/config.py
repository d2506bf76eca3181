"""What a sandbox can be told at its start, with the default of each."""

import math
from dataclasses import dataclass, field

from harness.sandbox.sending.policy import SenderPolicy

DEFAULT_HANDOVER_PHRASES = ("speak to a human", "talk to an agent")


@dataclass(frozen=True, slots=True, eq=False)
class Tenant:
    """One customer of the API: who it is, and the key that proves it. The key is left out of the repr."""

    client_id: str
    api_key: str = field(repr=False)


# Development defaults: documented, shown at start, and no secret of anybody's.
DEVELOPMENT_TENANTS = (
    Tenant("425462d5fcc648958485f40e501fed2f", "sandbox-key-one"),
    Tenant("9b1c6d0e5f2a4b7c8d3e0f1a2b3c4d5e", "sandbox-key-two"),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What nobody can make the sandbox exceed."""

    sessions: int = 100_000
    # 10,000 characters of content fit however they are spelled: an emoji in JSON escapes takes 12 bytes.
    body_bytes: int = 128 * 1024
    content_characters: int = 10_000
    connections: int = 8_192
    idle_s: float = 75.0  # for a connection without a request, and for a request's head
    body_s: float = 15.0  # for the body, once the head is in
    pending_replies: int = 100_000
    pending_replies_per_session: int = 1_000
    deliveries_per_tenant: int = 256  # webhook calls under way at once
    log_entries: int = 1_000_000  # of about 400 bytes each


@dataclass(frozen=True, slots=True)
class Config:
    """A sandbox's whole configuration. Durations are in seconds."""

    tenants: tuple[Tenant, ...] = DEVELOPMENT_TENANTS
    host: str = "127.0.0.1"
    port: int = 8080
    control_port: int = 0
    session_ttl_s: float = 1800.0
    answer_median_s: float = 0.0
    answer_sigma: float = 0.5
    reply_median_s: float = 0.25
    reply_sigma: float = 0.5
    reply_longest_s: float = 10.0
    answer_quantiles: tuple[tuple[float, float], ...] = ()  # (percentile, seconds); then no median counts
    reply_quantiles: tuple[tuple[float, float], ...] = ()
    replies_mean: float = 1.0  # to a message; from 1 on
    late_delay_s: float = 15.0
    slow_delay_s: float = 2.0
    handover_phrases: tuple[str, ...] = DEFAULT_HANDOVER_PHRASES
    rate_limit_per_s: float | None = None
    burst: int | None = None
    limiters: tuple[str, ...] = ()  # a policy each, as limiter.reading has it, the outermost first
    seed: int | None = None
    faults: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    allow_remote_webhooks: bool = False
    sender: SenderPolicy = field(default_factory=SenderPolicy)
    bounds: Bounds = Bounds()

    @property
    def bucket_size(self) -> int:
        """The limiter's burst: as told, or what one second of its rate brings."""
        return self.burst or max(1, math.ceil(self.rate_limit_per_s or 1))

"""The token bucket: each request takes a token, tokens drip in at a steady rate, and only so many fit."""

from dataclasses import dataclass
from typing import ClassVar

from harness.sandbox.limiter.family import NS, Decision, Family
from harness.sandbox.limiter.parameters import count, rate

# Refilling in floating point can end a hair short of a whole token after exactly the time that was promised.
EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class TokenBucket(Family[tuple[float, int]]):
    """The state is the tokens, as of a moment in ns. GCRA and the leaky bucket as a meter are the same thing."""

    name: ClassVar[str] = "token_bucket"
    summary: ClassVar[str] = "BURST requests at once, then RATE of them, each as soon as its token is there"
    unit: ClassVar[str] = "tokens"

    rate_per_s: float = rate()
    burst: int = count()

    @property
    def period_s(self) -> float:
        """In which an empty bucket fills."""
        return self.burst / self.rate_per_s

    def decide(self, state: tuple[float, int] | None, now_ns: int) -> tuple[Decision, tuple[float, int]]:
        tokens, as_of_ns = state or (float(self.burst), now_ns)
        tokens = min(self.burst, tokens + (now_ns - as_of_ns) / NS * self.rate_per_s)
        admitted = tokens >= 1 - EPSILON
        tokens = max(0.0, tokens - 1) if admitted else tokens
        return Decision(
            admitted=admitted,
            limit=self.burst,
            used=round(self.burst - tokens, 6),
            remaining=int(tokens + EPSILON),
            next_s=0.0 if tokens >= 1 - EPSILON else (1 - tokens) / self.rate_per_s,
            reset_s=(self.burst - tokens) / self.rate_per_s,
        ), (tokens, now_ns)

    def shown(self, state: tuple[float, int]) -> float:
        return round(state[0], 3)

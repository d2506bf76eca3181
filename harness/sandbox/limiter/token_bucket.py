"""The token bucket: each request takes a token, tokens drip in at a steady rate, and only so many fit."""

from collections.abc import Mapping
from typing import Any

from harness.sandbox.limiter import Decision

# Refilling in floating point can end a hair short of a whole token after exactly the time that was promised.
EPSILON = 1e-9


class TokenBucket:
    """One bucket a key, full at first."""

    def __init__(self, rate_per_s: float, burst: int) -> None:
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._buckets: dict[str, tuple[float, int]] = {}  # tokens, as of ns

    def decide(self, key: str, now_ns: int) -> Decision:
        tokens, as_of_ns = self._buckets.get(key, (float(self._burst), now_ns))
        tokens = min(self._burst, tokens + (now_ns - as_of_ns) / 1e9 * self._rate_per_s)
        admitted = tokens >= 1 - EPSILON
        tokens = max(0.0, tokens - 1) if admitted else tokens
        self._buckets[key] = (tokens, now_ns)
        return Decision(
            admitted=admitted,
            limit=self._burst,
            remaining=int(tokens + EPSILON),
            reset_s=(self._burst - tokens) / self._rate_per_s,
            retry_after_s=0.0 if admitted else (1 - tokens) / self._rate_per_s,
        )

    def state(self) -> Mapping[str, Any]:
        tokens = {key: round(tokens, 3) for key, (tokens, _) in self._buckets.items()}
        return {"family": "token_bucket", "rate_per_s": self._rate_per_s, "burst": self._burst, "tokens": tokens}

    def clear(self) -> None:
        self._buckets.clear()

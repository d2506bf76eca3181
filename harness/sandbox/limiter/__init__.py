"""Rate limiters: one family, one file. What they have in common is here."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Decision:
    """What a limiter made of one request."""

    admitted: bool
    limit: int  # requests that can be made at once, when nothing was used
    remaining: int  # requests that can still be made at once, after this one
    reset_s: float  # until all of `limit` is there again
    retry_after_s: float = 0.0  # until one request is admitted; of a refused one only

    def headers(self) -> dict[str, str]:
        """Whole seconds, rounded up: whoever waits that long has waited long enough."""
        headers = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(math.ceil(self.reset_s)),
        }
        if not self.admitted:
            headers["Retry-After"] = str(max(1, math.ceil(self.retry_after_s)))
        return headers


class Limiter(Protocol):
    """Decides on each authenticated request, by the key that made it."""

    def decide(self, key: str, now_ns: int) -> Decision:
        """Counts the request when it is admitted. `now_ns` never decreases."""

    def state(self) -> Mapping[str, Any]:
        """What it is and where it stands, as JSON, for control."""

    def clear(self) -> None:
        """Forgets what was used."""

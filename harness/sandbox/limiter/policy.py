"""One policy: a family, whose requests it counts, and what it tells of itself."""

from dataclasses import asdict, dataclass
from typing import Any

from harness.sandbox.limiter.counting import AUTHENTICATED
from harness.sandbox.limiter.family import Family

NO_RETRY_AFTER = "none"


@dataclass(frozen=True, slots=True)
class Policy:
    """How it may be written is in `reading`; what each value means is in the module of its name."""

    family: Family[Any]
    scope: tuple[str, ...] = ("key",)
    counts: str = AUTHENTICATED
    headers: tuple[str, ...] = ("ratelimit",)  # dialects; empty: none
    retry_after: str = "honest"
    status: int = 429

    @property
    def sends_retry_after(self) -> bool:
        return bool(self.headers) and self.retry_after != NO_RETRY_AFTER

    def described(self) -> dict[str, Any]:
        """As JSON, from which it can be read again."""
        return {
            "family": self.family.name,
            **asdict(self.family),  # type: ignore[call-overload]
            "scope": list(self.scope),
            "counts": self.counts,
            "headers": list(self.headers),
            "retry_after": self.retry_after,
            "status": self.status,
        }

"""The queueing leaky bucket: requests leave it one by one, at a steady rate, and wait for their turn inside.

So does nginx's limit_req, unless it is told `nodelay`.
"""

from dataclasses import dataclass
from typing import ClassVar

from harness.sandbox.limiter.family import NS, Decision, Family, in_s
from harness.sandbox.limiter.parameters import count, rate


@dataclass(frozen=True, slots=True)
class QueueingBucket(Family[int]):
    """The state is when the next request may leave, in ns."""

    name: ClassVar[str] = "queueing_bucket"
    summary: ClassVar[str] = "requests pass at RATE; BURST of them may wait for their turn, any other is refused"
    unit: ClassVar[str] = "free_ns"

    rate_per_s: float = rate()
    burst: int = count()

    @property
    def period_s(self) -> float:
        """In which a full queue drains."""
        return (self.burst + 1) / self.rate_per_s

    def decide(self, state: int | None, now_ns: int) -> tuple[Decision, int]:
        apart_ns = round(NS / self.rate_per_s)
        free_ns = max(now_ns, state or 0)
        delay_ns = free_ns - now_ns
        admitted = delay_ns <= self.burst * apart_ns
        free_ns += admitted * apart_ns
        used = -(-(free_ns - now_ns) // apart_ns)  # this one among them, and one that left a moment ago
        over_ns = free_ns - now_ns - self.burst * apart_ns
        return Decision(
            admitted=admitted,
            limit=self.burst + 1,
            used=used,
            remaining=max(0, self.burst + 1 - used),
            next_s=in_s(over_ns),
            reset_s=in_s(free_ns - now_ns),
            delay_s=in_s(delay_ns) if admitted else 0.0,
        ), free_ns

    def shown(self, state: int) -> int:
        return state

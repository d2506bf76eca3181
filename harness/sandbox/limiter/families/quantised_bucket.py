"""The quantised bucket: a token bucket that is refilled by a timer, several tokens at a time."""

from dataclasses import dataclass
from typing import ClassVar

from harness.sandbox.limiter.family import Decision, Family, in_ns, in_s
from harness.sandbox.limiter.parameters import count, duration


@dataclass(frozen=True, slots=True)
class QuantisedBucket(Family[tuple[int, int]]):
    """The state is the tokens, and the number of the tick since 1970 at which they were last filled up. Ticks are those
    of the clock, whenever the bucket was first used.
    """

    name: ClassVar[str] = "quantised_bucket"
    summary: ClassVar[str] = "BURST requests at once; each INTERVAL of the clock brings REFILL more, all together"
    unit: ClassVar[str] = "tokens"

    burst: int = count()
    refill: int = count()
    interval_s: float = duration()

    @property
    def period_s(self) -> float:
        """In which an empty bucket fills."""
        return self.interval_s * self._ticks(self.burst)

    def decide(self, state: tuple[int, int] | None, now_ns: int) -> tuple[Decision, tuple[int, int]]:
        interval_ns = in_ns(self.interval_s)
        tick = now_ns // interval_ns
        tokens, filled = state or (self.burst, tick)
        tokens = min(self.burst, tokens + (tick - filled) * self.refill)
        admitted = tokens > 0
        tokens -= admitted
        used = self.burst - tokens
        next_s = 0.0 if tokens else in_s((tick + 1) * interval_ns - now_ns)
        reset_s = in_s((tick + self._ticks(used)) * interval_ns - now_ns)
        return Decision(admitted, self.burst, used, tokens, next_s, reset_s), (tokens, tick)

    def _ticks(self, tokens: int) -> int:
        """That bring so many."""
        return -(-tokens // self.refill)

    def shown(self, state: tuple[int, int]) -> int:
        return state[0]

"""The sliding log: it remembers each request that it admitted, for one window."""

from dataclasses import dataclass
from typing import ClassVar

from harness.sandbox.limiter.family import Decision, Family, in_ns, in_s
from harness.sandbox.limiter.parameters import count, duration

Moments = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SlidingLog(Family[Moments]):
    """The state is when each request of the last window was admitted, in ns, the oldest first."""

    name: ClassVar[str] = "sliding_log"
    summary: ClassVar[str] = "LIMIT requests in any window, wherever it begins; a refused one leaves no trace"
    unit: ClassVar[str] = "hits"

    limit: int = count()
    window_s: float = duration()

    @property
    def period_s(self) -> float:
        return self.window_s

    def decide(self, state: Moments | None, now_ns: int) -> tuple[Decision, Moments]:
        window_ns = in_ns(self.window_s)
        log = tuple(moment for moment in state or () if now_ns - moment < window_ns)
        admitted = len(log) < self.limit
        if admitted:
            log = (*log, now_ns)
        remaining = self.limit - len(log)
        next_s = 0.0 if remaining else in_s(log[0] + window_ns - now_ns)
        reset_s = in_s(log[-1] + window_ns - now_ns)
        return Decision(admitted, self.limit, len(log), remaining, next_s, reset_s), log

    def shown(self, state: Moments) -> int:
        return len(state)

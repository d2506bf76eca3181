"""The log that counts rejects: whoever does not stop asking stays out."""

from dataclasses import dataclass
from typing import ClassVar

from harness.sandbox.limiter.family import Decision, Family, in_ns, in_s
from harness.sandbox.limiter.parameters import count, duration

Moments = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RejectLog(Family[Moments]):
    """The state is when each request of the last window came, admitted or not, in ns, the oldest first. Those before
    the last `limit` make no difference and are dropped.
    """

    name: ClassVar[str] = "reject_log"
    summary: ClassVar[str] = "LIMIT requests in any window, refused ones among them: only silence recovers"
    unit: ClassVar[str] = "hits"

    limit: int = count()
    window_s: float = duration()

    @property
    def period_s(self) -> float:
        return self.window_s

    def decide(self, state: Moments | None, now_ns: int) -> tuple[Decision, Moments]:
        window_ns = in_ns(self.window_s)
        before = tuple(moment for moment in state or () if now_ns - moment < window_ns)
        log = (*before, now_ns)[-self.limit :]
        remaining = self.limit - len(log)
        next_s = 0.0 if remaining else in_s(log[0] + window_ns - now_ns)
        admitted = len(before) < self.limit
        return Decision(admitted, self.limit, len(log), remaining, next_s, self.window_s), log

    def shown(self, state: Moments) -> int:
        return len(state)

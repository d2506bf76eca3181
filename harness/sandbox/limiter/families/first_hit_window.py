"""The fixed window from the first hit: it begins with the request that finds none, and ends a window later."""

from dataclasses import dataclass
from typing import ClassVar

from harness.sandbox.limiter.family import Decision, Family, in_ns, in_s
from harness.sandbox.limiter.parameters import count, duration


@dataclass(frozen=True, slots=True)
class FirstHitWindow(Family[tuple[int, int]]):
    """The state is when the window began, in ns, and what was admitted in it."""

    name: ClassVar[str] = "first_hit_window"
    summary: ClassVar[str] = "LIMIT requests in a window that begins with the first of them"
    unit: ClassVar[str] = "hits"

    limit: int = count()
    window_s: float = duration()

    @property
    def period_s(self) -> float:
        return self.window_s

    def decide(self, state: tuple[int, int] | None, now_ns: int) -> tuple[Decision, tuple[int, int]]:
        window_ns = in_ns(self.window_s)
        began_ns, hits = state if state and now_ns - state[0] < window_ns else (now_ns, 0)
        admitted = hits < self.limit
        hits += admitted
        left_s = in_s(began_ns + window_ns - now_ns)
        remaining = self.limit - hits
        return Decision(admitted, self.limit, hits, remaining, 0.0 if remaining else left_s, left_s), (began_ns, hits)

    def shown(self, state: tuple[int, int]) -> int:
        return state[1]

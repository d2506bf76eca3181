"""The fixed window on the clock: so many requests in each, and all of them are there again at its edge."""

from dataclasses import dataclass
from typing import ClassVar

from harness.sandbox.limiter.family import Decision, Family, in_ns, in_s
from harness.sandbox.limiter.parameters import count, duration


@dataclass(frozen=True, slots=True)
class FixedWindow(Family[tuple[int, int]]):
    """The state is the window's number since 1970 and what was admitted in it. Edges are those of the clock: a window
    of 1m begins with the minute.
    """

    name: ClassVar[str] = "fixed_window"
    summary: ClassVar[str] = "LIMIT requests in each window of the clock; around an edge twice as many"
    unit: ClassVar[str] = "hits"

    limit: int = count()
    window_s: float = duration()

    @property
    def period_s(self) -> float:
        return self.window_s

    def decide(self, state: tuple[int, int] | None, now_ns: int) -> tuple[Decision, tuple[int, int]]:
        window_ns = in_ns(self.window_s)
        number = now_ns // window_ns
        hits = state[1] if state and state[0] == number else 0
        admitted = hits < self.limit
        hits += admitted
        left_s = in_s((number + 1) * window_ns - now_ns)
        remaining = self.limit - hits
        return Decision(admitted, self.limit, hits, remaining, 0.0 if remaining else left_s, left_s), (number, hits)

    def shown(self, state: tuple[int, int]) -> int:
        return state[1]

"""The limit on concurrency: only so many requests at one time, however fast they follow each other."""

from dataclasses import dataclass
from typing import ClassVar

from harness.sandbox.limiter.family import Decision, Family
from harness.sandbox.limiter.parameters import count


@dataclass(frozen=True, slots=True)
class Concurrency(Family[int]):
    """The state is how many requests are being answered: from their admission until the answer goes to the socket."""

    name: ClassVar[str] = "concurrency"
    summary: ClassVar[str] = "LIMIT requests at one time; a serial client never meets it"
    unit: ClassVar[str] = "in_flight"
    quota_unit: ClassVar[str] = "concurrent-requests"

    limit: int = count()

    @property
    def period_s(self) -> None:
        return None

    def decide(self, state: int | None, now_ns: int) -> tuple[Decision, int]:
        in_flight = state or 0
        admitted = in_flight < self.limit
        in_flight += admitted
        remaining = self.limit - in_flight
        return Decision(admitted, self.limit, in_flight, remaining, 0.0 if remaining else None, None), in_flight

    def end(self, state: int) -> int:
        return state - 1

    def shown(self, state: int) -> int:
        return state

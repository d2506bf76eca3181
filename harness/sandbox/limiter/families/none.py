"""No limit at all, said explicitly: each request is let in, noted in the log, and no header tells of it."""

from dataclasses import dataclass
from typing import ClassVar

from harness.sandbox.limiter.family import Decision, Family


@dataclass(frozen=True, slots=True)
class NoLimit(Family[int]):
    """The state is how many came."""

    name: ClassVar[str] = "none"
    summary: ClassVar[str] = "lets everything in, and tells of no limit"
    unit: ClassVar[str] = "hits"

    @property
    def period_s(self) -> None:
        return None

    def decide(self, state: int | None, now_ns: int) -> tuple[Decision, int]:
        hits = (state or 0) + 1
        return Decision(True, limit=0, used=hits, remaining=0, next_s=0.0, reset_s=0.0), hits

    def shown(self, state: int) -> int:
        return state

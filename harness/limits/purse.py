"""What an inquiry may spend. A hard cap: what would exceed it is not sent."""

from dataclasses import dataclass

from harness.values import Budget


class Spent(Exception):
    """There is no request, or no time, left for what was about to be done."""


@dataclass(slots=True)
class Purse:
    """`requests` and `seconds` in all; `spent` requests so far. `budget` is that which says both, where one does."""

    requests: int
    seconds: float
    spent: int = 0
    budget: Budget | None = None

    @property
    def left(self) -> int:
        return self.requests - self.spent

    def take(self, count: int, when_s: float) -> None:
        """Raises Spent where `count` requests, the last of them at `when_s`, are not left; nothing is taken then."""
        if count > self.left or when_s > self.seconds:
            raise Spent
        self.spent += count

    def affords(self, count: int, until_s: float) -> bool:
        return count <= self.left and until_s <= self.seconds

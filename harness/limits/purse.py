"""What an inquiry may spend. A hard cap: what would exceed it is not sent."""

from dataclasses import dataclass


class Spent(Exception):
    """There is no request, or no time, left for what was about to be done."""


@dataclass(slots=True)
class Purse:
    """`requests` and `seconds` in all; `spent` requests so far."""

    requests: int
    seconds: float
    spent: int = 0

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

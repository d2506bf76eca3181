"""One ceiling for everything that a process sends. The rule is `harness.pacing.Spacing`; here it gets its memory."""

from harness.pacing import Spacing

SECOND = 1_000_000_000
# A turn is lost when it is this late, in seconds, or late by its own length, whichever is more: after a stall of this
# process all who had one would go at once.
LATEST_S = 0.05


class Turns:
    """Hands out the moments at which requests may go, at most `rate` a second, first come first served."""

    def __init__(self, rate: float | None) -> None:
        # Whether there is a ceiling at all: without one nobody need ask.
        self.limited = rate is not None
        self._spacing = Spacing(rate)
        self._last_s: float | None = None

    def take(self, now: int) -> int:
        """When a request that could go at `now` may go (monotonic nanoseconds). A turn is used up by taking it."""
        now_s = now / SECOND
        turn_s = self._last_s = self._spacing.due(now_s, self._last_s)
        return now if turn_s <= now_s else round(turn_s * SECOND)

    def lost(self, turn: int, now: int) -> bool:
        """Whether `now` is too late to go on that turn: another has to be taken."""
        rate = self._spacing.rate
        return rate is not None and now - turn > max(LATEST_S, 1 / rate) * SECOND

"""When may the next request go? Never faster than the ceiling, and no faster than the target turned out to bear.

A target that says 429 is slowed down for: the client waits as told, then goes on at a rate found by additive increase
and multiplicative decrease. The clock and the sleep are parameters.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from random import Random

from harness.pacing import Spacing

# The longest that the client lets itself be sent away, in seconds.
LONGEST_WAIT_S = 60.0
# Without a Retry-After: this long, up to half of it more.
UNTOLD_WAIT_S = 1.0
BACK_OFF = 0.7
# How much faster a second the client gets while nothing is limited: requests a second, each second.
RECOVERY = 0.5
SLOWEST = 0.2
WINDOW_S = 1.0


class Ceiling:
    """The rate that nothing of this process may exceed, whichever key it uses."""

    def __init__(self, rate: float | None) -> None:
        self._spacing = Spacing(rate)
        self._last: float | None = None
        self._lock = threading.Lock()

    def book(self, now_s: float) -> float:
        """Takes the next slot at or after `now_s`, and says when it is."""
        with self._lock:
            self._last = self._spacing.due(now_s, self._last)
            return self._last


class Pacer:
    """The pace of one key. Thread-safe."""

    def __init__(
        self,
        ceiling: Ceiling,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Random | None = None,
    ) -> None:
        self._ceiling = ceiling
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter or Random()
        self._lock = threading.Lock()
        self._held_until = 0.0
        self._last_due: float | None = None
        self._slowed_at = float("-inf")
        self._accepted: deque[float] = deque(maxlen=10_000)
        self.rate: float | None = None

    def turn(self, *, hurried: bool = False) -> float:
        """Sleeps until the next request may go; the moment at which it goes, on the pacer's clock.

        `hurried` heeds the ceiling only: a burst that is meant to be limited.
        """
        with self._lock:
            due = self._clock()
            if not hurried:
                due = max(Spacing(self.rate).due(due, self._last_due), self._held_until)
            due = self._ceiling.book(due)
            self._last_due = due
        while (left := due - self._clock()) > 0:
            self._sleep(left)
        return self._clock()

    def bore(self) -> None:
        """A request was not limited."""
        with self._lock:
            self._accepted.append(self._clock())
            if self.rate is not None:
                self.rate += RECOVERY / max(self.rate, 1.0)

    def limited(self, sent_s: float, retry_after_s: float | None) -> None:
        """A request sent at `sent_s` got a 429: everything holds until it may come back."""
        wait = UNTOLD_WAIT_S * (1 + self._jitter.random() / 2) if retry_after_s is None else retry_after_s
        wait = min(max(wait, 0.0), LONGEST_WAIT_S)
        with self._lock:
            now = self._clock()
            self._held_until = max(self._held_until, now + wait)
            if sent_s > self._slowed_at:  # what was under way when we slowed down is no news
                self._slowed_at = now
                self.rate = max(SLOWEST, BACK_OFF * (self.rate or self._recent_rate(now)))

    def _recent_rate(self, now: float) -> float:
        recent = sum(at > now - WINDOW_S for at in self._accepted)
        return max(recent / WINDOW_S, 1.0)

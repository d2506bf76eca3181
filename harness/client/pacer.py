"""When may the next request go? Never faster than the ceiling, and no faster than the target turned out to bear.

A target that says 429 is slowed down for: the client waits as told, then goes on slower than it was, and comes closer
to what was too fast without ever reaching it again. Where it is sent away once more before anything was let in, it did
not come too fast but too early: it stays away for longer each time. The clock and the sleep are parameters.
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
# A Retry-After in whole seconds is rounded, either way: who comes back so much later came back when told.
ROUNDING_S = 1.05
# Who is sent away again all the same stays away for longer: for so much at first, twice as much each time, up to this.
EXTRA_S, LONGEST_EXTRA_S = 1.0, 8.0
# Who was held in vain for so long in all is held no longer than a moment, until something is let in again: seconds.
IN_VAIN_S = 60.0
MOMENT_S = 1.0
# From then on it is asked again no more often than this: seconds.
ASK_AGAIN_S = 5.0
BACK_OFF = 0.7
# Of a rate that turned out to be too fast: the most that is tried from then on.
BELOW = 0.9
# A gap of so many times the usual one is idleness, and says nothing about what the target bears.
IDLE = 2.0
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
        # Since it was slowed down last: requests that were let in, and the time that they took, without what lay idle.
        self._since_slowed = 0
        self._busy_s = 0.0
        self._bore_at = float("-inf")
        self._came_away = 0.0
        self._let_in = True
        self._in_vain = 0
        self._in_vain_s = 0.0
        self._fastest = float("inf")
        self.rate: float | None = None

    def turn(self, *, hurried: bool = False) -> float:
        """Sleeps until the next request may go; the moment at which it goes, on the pacer's clock.

        `hurried` heeds the ceiling only: a burst that is meant to be limited.
        """
        while True:
            due = self._book(hurried)
            while (left := due - self._clock()) > 0:
                self._sleep(left)
            # Whoever was about to go when a 429 came is held with all others.
            if hurried or self._held_until <= due:
                return self._clock()

    def _book(self, hurried: bool) -> float:
        with self._lock:
            due = self._clock()
            if not hurried:
                due = max(Spacing(self.rate).due(due, self._last_due), self._held_until)
            self._last_due = self._ceiling.book(due)
            return self._last_due

    def bore(self, sent_s: float, *, hurried: bool = False) -> None:
        """A request sent at `sent_s` was not limited."""
        with self._lock:
            if hurried and self.rate is not None:
                return  # it kept to no pace, and says nothing about ours
            now = self._clock()
            self._accepted.append(now)
            if sent_s <= self._slowed_at:
                return  # it was under way when we slowed down, and says nothing about the pace since
            self._since_slowed += 1
            self._busy_s += min(now - self._bore_at, IDLE / self.rate) if self.rate else 0.0
            self._bore_at = now
            self._let_in, self._in_vain, self._in_vain_s = True, 0, 0.0
            if self.rate is not None:
                self.rate = max(self.rate, min(self.rate + RECOVERY / max(self.rate, 1.0), self._fastest))

    def limited(self, sent_s: float, retry_after_s: float | None, *, hurried: bool = False) -> None:
        """A request sent at `sent_s` got a 429: everything holds until it may come back."""
        untold = UNTOLD_WAIT_S * (1 + self._jitter.random() / 2)
        wait = untold if retry_after_s is None else min(max(retry_after_s, 0.0) + ROUNDING_S, LONGEST_WAIT_S)
        with self._lock:
            now = self._clock()
            if hurried and self.rate is not None:
                self._held_until = max(self._held_until, now + wait)
                return
            if 0 < self._held_until <= sent_s and not self._let_in:
                wait += min(EXTRA_S * 2 ** min(self._in_vain, 10), LONGEST_EXTRA_S)
                self._in_vain += 1
                self._in_vain_s += now - self._came_away
                wait = wait if self._in_vain_s < IN_VAIN_S else MOMENT_S
            self._came_away = now
            self._held_until = max(self._held_until, now + wait)
            # What was under way when we slowed down is no news, and who came too early did not come too fast.
            if sent_s > self._slowed_at and self._let_in:
                self._let_in = False
                too_fast = self._too_fast(now)
                self._slowed_at, self._since_slowed, self._busy_s = now, 0, wait
                self._fastest = min(self._fastest, max(SLOWEST, BELOW * too_fast))
                self.rate = max(SLOWEST, BACK_OFF * too_fast)

    def shut_out(self) -> bool:
        """Whether nothing has been let in for so long, however late it came, that there is no point in asking now."""
        with self._lock:
            in_vain = not self._let_in and self._in_vain_s >= IN_VAIN_S
            return in_vain and self._clock() - self._came_away < ASK_AGAIN_S

    def _too_fast(self, now: float) -> float:
        """The rate that was refused: of the first burst what was let in, later on that of the whole time since, the
        time that it was held included."""
        if self.rate is None:
            return self._recent_rate(now)
        return min(self.rate, max(self._since_slowed, 1) / max(self._busy_s, 1e-3))

    def _recent_rate(self, now: float) -> float:
        recent = sum(at > now - WINDOW_S for at in self._accepted)
        return max(recent / WINDOW_S, 1.0)

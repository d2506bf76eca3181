"""Two hosts' clocks compared: what to add to a moment of ours to make it one of theirs, and how wrong that may be.

Pure. Whoever asks the other host for its time knows that the answer was read between the question and its arrival:
each exchange is an interval in which the offset lies. Intervals are widened by what two clocks may have drifted apart
since, and cut with each other: half of what is left is the bound on the error. That is the rule of K. Marzullo and
S. Owicki, "Maintaining the Time in a Distributed System" (1983), for two clocks.

What was said before is never unsaid: a better estimate is approached slowly, so that moments stay in their order.
"""

from bisect import bisect_left
from collections import deque

# How much faster one quartz may run than another: nanoseconds in a second.
DRIFT_PER_S = 100_000
# How fast the offset in use approaches the estimate: five times as fast as clocks drift.
SLEW_PER_S = 500_000
# Exchanges that are cut with each other; later ones are of no use, since clocks drift.
REMEMBERED = 64
# Exchanges after which the comparison is good enough to begin with.
ENOUGH = 8
# For how many exchanges the way of the offset is known: moments are translated some time after they happened.
COURSE = 2000
SECOND = 1_000_000_000


class Comparison:
    """The other's monotonic clock against ours. All in nanoseconds."""

    def __init__(self) -> None:
        self._exchanges: deque[tuple[int, int, int]] = deque(maxlen=REMEMBERED)
        self._count = 0
        self._moments: deque[int] = deque(maxlen=COURSE)
        self._offsets: deque[int] = deque(maxlen=COURSE)
        self._worst = 0

    @property
    def ready(self) -> bool:
        """Whether enough exchanges were made for the offset to be used."""
        return self._count >= ENOUGH

    @property
    def bound(self) -> int:
        """How far from the truth any offset that was in use can have been, since the comparison was ready."""
        return self._worst

    def enter(self, asked: int, theirs: int, heard: int) -> None:
        """One exchange: we asked and heard at these moments of ours, and in between they read `theirs`."""
        self._exchanges.append((asked, theirs, heard))
        self._count += 1
        least, most = self._interval(heard)
        if least > most:  # a clock was set, or the host slept: what was known is of no use
            self._exchanges.clear()
            self._exchanges.append((asked, theirs, heard))
            least, most = self._interval(heard)
        if self.ready:
            self._approach(heard, (least + most) // 2, (most - least + 1) // 2)

    def offset(self, at: int) -> int:
        """What to add to our moment `at`. There is none before the comparison is ready."""
        place = bisect_left(self._moments, at)
        if place == 0:
            return self._offsets[0]
        if place == len(self._moments):
            return self._offsets[-1]
        before, after = self._moments[place - 1], self._moments[place]
        here, there = self._offsets[place - 1], self._offsets[place]
        return here + (there - here) * (at - before) // (after - before)

    def _interval(self, now: int) -> tuple[int, int]:
        """The least and the most that the offset can be."""
        drifts = [(now - heard) * DRIFT_PER_S // SECOND for _, _, heard in self._exchanges]
        least = max(theirs - heard - drift for (_, theirs, heard), drift in zip(self._exchanges, drifts, strict=True))
        most = min(theirs - asked + drift for (asked, theirs, _), drift in zip(self._exchanges, drifts, strict=True))
        return least, most

    def _approach(self, now: int, estimate: int, bound: int) -> None:
        offset = estimate
        if self._moments:
            step = (now - self._moments[-1]) * SLEW_PER_S // SECOND
            last = self._offsets[-1]
            offset = min(max(estimate, last - step), last + step)
        if not self._moments or now > self._moments[-1]:
            self._moments.append(now)
            self._offsets.append(offset)
        self._worst = max(self._worst, abs(offset - estimate) + bound)

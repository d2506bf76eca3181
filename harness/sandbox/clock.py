"""Time, in two kinds: what really passes, and what sessions live by, which control can move forward."""

import time
from datetime import UTC, datetime, timedelta


class SessionClock:
    """Seconds that sessions live by: real ones, plus what was skipped."""

    def __init__(self) -> None:
        self._skipped_s = 0.0

    @property
    def skipped_s(self) -> float:
        return self._skipped_s

    def now(self) -> float:
        return time.monotonic() + self._skipped_s

    def advance(self, seconds: float) -> None:
        """Moves forward. Raises ValueError for a step back: time does not do that."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self._skipped_s += seconds


class WallClock:
    """Tells the date of a moment that was stamped by `time.monotonic_ns`.

    Both clocks are read once, at the start, so that entries in order of the one are in order of the other.
    """

    def __init__(self) -> None:
        self._epoch = datetime.now(UTC)
        self._epoch_ns = time.monotonic_ns()

    def at(self, mono_ns: int) -> str:
        """An ISO 8601 date in UTC, to the microsecond."""
        moment = self._epoch + timedelta(microseconds=(mono_ns - self._epoch_ns) // 1000)
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")

"""Time, in two kinds: what really passes, and what sessions and limiters live by, which control can move forward."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """The time that sessions and limiters live by: the real one, plus what was skipped."""

    def __init__(self) -> None:
        self._skipped_s = 0.0
        # The date is read once, so that no correction of it is a step back here.
        self._epoch_ns = time.time_ns() - time.monotonic_ns()
        self._moved = asyncio.Event()  # forward, since it was made

    @property
    def skipped_s(self) -> float:
        return self._skipped_s

    def now(self) -> float:
        """Seconds since an arbitrary moment."""
        return time.monotonic() + self._skipped_s

    def now_ns(self) -> int:
        """Nanoseconds since 1970: a minute of it begins when one begins on the wall."""
        return self._epoch_ns + time.monotonic_ns() + round(self._skipped_s * 1e9)

    async def sleep(self, seconds: float) -> None:
        """Until so much has passed here: real time, or a move forward."""
        until_ns = self.now_ns() + round(seconds * 1e9)
        while (left_ns := until_ns - self.now_ns()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), left_ns / 1e9)

    def advance(self, seconds: float) -> None:
        """Moves forward. Raises ValueError for a step back: time does not do that."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self._skipped_s += seconds
        self._moved.set()
        self._moved = asyncio.Event()


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

"""When may the next request go? Pure: the clock is a parameter, and so is the past."""

from dataclasses import dataclass
from typing import Literal

Stop = Literal["stop"]


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `rate` requests a second (None: as fast as they come), for at most `duration_s` (None: for ever)."""

    rate: float | None = None
    duration_s: float | None = None

    def wait(self, elapsed_s: float, sent: int) -> float | Stop:
        """Seconds to wait before request number `sent` (counted from 0), or "stop" when the time is over.

        The plan is absolute: request n is due n / rate seconds after the start, so a delay is caught up with and
        does not add up.
        """
        if self.duration_s is not None and elapsed_s >= self.duration_s:
            return "stop"
        if self.rate is None:
            return 0.0
        return max(0.0, sent / self.rate - elapsed_s)


@dataclass(frozen=True, slots=True)
class Spacing:
    """Never faster than `rate` a second, and no catching up: a ceiling, where Pace is a plan."""

    rate: float | None = None

    def due(self, now_s: float, last_due_s: float | None) -> float:
        """The moment, in seconds on the clock of `now_s`, at which the next request may go."""
        if self.rate is None or last_due_s is None:
            return now_s
        return max(now_s, last_due_s + 1 / self.rate)

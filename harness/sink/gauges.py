"""How well the sink keeps up: its event loop's lag, its processor time, what it turned away. It tells on itself."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from hdrh.histogram import HdrHistogram

from harness.events import Gauged

SOURCE = "sink"
SAMPLE_S = 0.02
REPORT_S = 1.0
# Lag is kept in microseconds, up to a minute, to 3 digits.
LONGEST_LAG_US = 60_000_000


class Rejections:
    """Calls that were turned away, counted by reason; of the calls themselves nothing is kept."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._told: Counter[str] = Counter()

    def count(self, reason: str) -> None:
        self.counts[reason] += 1

    def changes(self, at: int) -> list[Gauged]:
        """One gauge for each count that moved since the last call."""
        moved = [reason for reason, count in self.counts.items() if count != self._told[reason]]
        self._told = self.counts.copy()
        return [Gauged(at, SOURCE, f"rejected.{reason}", self.counts[reason]) for reason in moved]


class Lag:
    """How late the event loop is for its appointments. Timers are exact to about 1 ms, so is this."""

    def __init__(self) -> None:
        self._run = HdrHistogram(1, LONGEST_LAG_US, 3)
        self._worst_us = 0
        self.last_second_ms = 0.0

    def record(self, late_s: float) -> None:
        late_us = min(max(int(late_s * 1e6), 0), LONGEST_LAG_US)
        self._run.record_value(max(late_us, 1))
        self._worst_us = max(self._worst_us, late_us)

    def close_second(self) -> float:
        """The worst of the second that ends now, in ms."""
        self.last_second_ms, self._worst_us = self._worst_us / 1000, 0
        return self.last_second_ms

    def described(self) -> dict[str, float]:
        p99_us: int = self._run.get_value_at_percentile(99)
        max_us: int = self._run.get_max_value()
        return {"last_second_ms": self.last_second_ms, "p99_ms": p99_us / 1000, "max_ms": max_us / 1000}


class Gauges:
    """Watches the loop that it runs in, and hands a second's gauges to `tell`."""

    def __init__(self, lag: Lag, rejections: Rejections, tell: Callable[..., None]) -> None:
        self._lag = lag
        self._rejections = rejections
        self._tell = tell
        self._second_began = time.monotonic()
        self._used = time.process_time()

    async def watch(self) -> None:
        """Runs until it is cancelled."""
        while True:
            due = time.monotonic() + SAMPLE_S
            await asyncio.sleep(SAMPLE_S)
            now = time.monotonic()
            self._lag.record(now - due)
            if now - self._second_began >= REPORT_S:
                self.report()

    def report(self) -> None:
        """Closes the second that runs, however much of it is over."""
        at, now, used = time.monotonic_ns(), time.monotonic(), time.process_time()
        cpu_percent = 100 * (used - self._used) / max(now - self._second_began, 1e-3)
        self._second_began, self._used = now, used
        self._tell(
            Gauged(at, SOURCE, "lag_ms", self._lag.close_second()),
            Gauged(at, SOURCE, "cpu_percent", round(cpu_percent, 1)),
            *self._rejections.changes(at),
        )

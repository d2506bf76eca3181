"""How late this process is for an appointment of its own: a process that stood still cannot be late for what its
customers had not planned yet, and would look well without it."""

import time
from collections.abc import Callable

import gevent

from harness.events import Gauged

BEAT_S = 0.1
TELL_NS = 1_000_000_000


class Pulse:
    """Beats until it is stopped. Each second the worst of its beats is told, as `source`'s lag_ms."""

    def __init__(self, source: str, tell: Callable[[Gauged], None]) -> None:
        self._source = source
        self._tell = tell
        self._worst_ns = 0
        self._told = time.monotonic_ns()
        self._beating = gevent.spawn(self._beat)

    def stop(self) -> None:
        """Tells the rest."""
        self._beating.kill(block=False)
        self._close_second(time.monotonic_ns())

    def _beat(self) -> None:
        while True:
            due = time.monotonic_ns() + round(BEAT_S * 1e9)
            gevent.sleep(BEAT_S)
            now = time.monotonic_ns()
            self._worst_ns = max(self._worst_ns, now - due)
            if now - self._told >= TELL_NS:
                self._close_second(now)

    def _close_second(self, now: int) -> None:
        self._tell(Gauged(now, self._source, "lag_ms", self._worst_ns / 1e6))
        self._worst_ns, self._told = 0, now

"""Tells whoever watches that the gate waits because the target limits it: otherwise it would seem to stand still."""

import time

from harness.client.exchange import Answer
from harness.events import Gauged
from harness.recording.writer import JournalWriter

SOURCE, NAME = "gate", "limited"
# It is told at most so often: seconds.
EVERY_S = 1.0


class Limited:
    """Observes answers, and gauges how many of them were a 429 so far."""

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer
        self._count = 0
        self._told_s = float("-inf")

    def __call__(self, answer: Answer) -> None:
        if answer.status != 429:
            return
        self._count += 1
        if time.monotonic() - self._told_s > EVERY_S:
            self._told_s = time.monotonic()
            self._writer.write(Gauged(time.monotonic_ns(), SOURCE, NAME, self._count))

"""Ctrl-C and SIGTERM as a wish that a run can honour: it stops what it does, and still writes its report."""

import signal
import threading
from types import FrameType, TracebackType


class Interrupt:
    """The first signal sets `requested`; a second one raises KeyboardInterrupt where the run stands.

    A context manager for the main thread; the former handlers come back at the end of the block.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self._requested = threading.Event()
        self._former: dict[signal.Signals, object] = {}

    @property
    def requested(self) -> bool:
        return self._requested.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleeps, but no longer than until the wish comes. Whether it came."""
        return self._requested.wait(seconds)

    def __enter__(self) -> "Interrupt":
        self._former = {number: signal.signal(number, self._on_signal) for number in self.SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self._requested.set()

"""The child's end of the lifeline: it learns that its parent is gone by the end of its stdin."""

import os
import signal
import threading
from collections.abc import Callable

# The descriptor rather than sys.stdin, in whose place pytest puts an object of its own.
STDIN = 0


def hold(on_end: Callable[[], None] | None = None) -> None:
    """Watches stdin in a thread; at its end calls `on_end` (default: SIGTERM to this very process).

    Not for a process that gevent has patched: there a thread is a greenlet, and the read would block them all.
    """

    def watch() -> None:
        while os.read(STDIN, 4096):
            pass
        (on_end or _end)()

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def _end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)

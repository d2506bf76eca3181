"""The child's end of the lifeline: it learns that its parent is gone by the end of its stdin."""

import os
import signal
import threading
import time

# The descriptor rather than sys.stdin, in whose place pytest puts an object of its own.
STDIN = 0
# How long an orphan may take to end in order before it is made to: seconds.
GRACE_S = 6.0


def hold() -> None:
    """Watches stdin in a thread; at its end asks this very process to end, by SIGTERM, and makes it after GRACE_S.

    What SIGTERM raises can be lost where it falls into code that swallows it (a finalizer, a callback from C), and an
    orphan has nobody else to see to its end.
    Not for a process that gevent has patched: there a thread is a greenlet, and the read would block them all.
    """

    def watch() -> None:
        while os.read(STDIN, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()

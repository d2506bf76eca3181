"""Waits for replies, together rather than one after the other, and not for ever where none ever comes."""

import time
from collections.abc import Callable, Mapping

from harness.conformance.ledger import Ledger
from harness.events import Replied
from harness.sink.inbox import Inbox

# Patience is halved by each wait in vain, down to this, and restored by one that was not: seconds.
LEAST_S = 0.5
# How often a sleeper looks whether the sink lives: seconds.
LOOK_S = 0.2
POLL_S = 0.05
# The parts of one reply follow each other faster than this: seconds.
LULL_S = 0.3


class Replies:
    """What reached the sink; raises SinkDied where the sink is gone. `patience_s` is how long a wait may take now."""

    def __init__(self, inbox: Inbox, timeout_s: float) -> None:
        self._inbox = inbox
        self.timeout_s = timeout_s
        self.patience_s = timeout_s
        self._started = inbox.mark()
        self.slowest_s = 0.0

    def wait(self, session: str, count: int = 1, *, endpoint: str | None = None) -> list[Replied]:
        """The session's arrivals: at least `count`, unless they did not come in time."""
        return self.wait_all({session: count}, endpoint=endpoint)[session]

    def wait_all(self, wanted: Mapping[str, int], *, endpoint: str | None = None) -> dict[str, list[Replied]]:
        """The arrivals of each session, as soon as all have as many as are wanted, or when the time is over.

        With `endpoint` ("" is the announced URL), only those at that one.
        """
        began_ns = time.monotonic_ns()
        deadline = time.monotonic() + self.patience_s
        arrivals = {
            session: self._inbox.wait(session, count, timeout=max(0.0, deadline - time.monotonic()), endpoint=endpoint)
            for session, count in wanted.items()
        }
        if all(len(arrivals[session]) >= count for session, count in wanted.items()):
            self.patience_s = self.timeout_s
            # As the sink has it: what kept this process from noticing is none of the target's.
            last = max((arrivals[session][count - 1].at for session, count in wanted.items() if count), default=0)
            self.slowest_s = max(self.slowest_s, (last - began_ns) / 1e9)
        else:
            self.patience_s = max(LEAST_S, self.patience_s / 2)
        return arrivals

    def quiet(self, since_ns: int | None = None) -> None:
        """Waits as long as a reply may reasonably still be on its way: twice what the slowest took.

        So long from now on, or from the last request on, where it is known to have been the last.
        """
        gone_s = 0.0 if since_ns is None else (time.monotonic_ns() - since_ns) / 1e9
        self.rest(min(max(1.0, 2 * self.slowest_s), self.patience_s) - gone_s)

    def rest(self, seconds: float) -> None:
        """Sleeps, and no longer than the sink lives."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._inbox.raise_if_dead()
            time.sleep(min(left, LOOK_S))

    def lull(self, session: str) -> None:
        """Waits until nothing more came for the session for a moment: a reply may have parts, but not for ever."""
        before = -1
        deadline = time.monotonic() + self.timeout_s / 2
        while (count := len(self.of(session))) > before and time.monotonic() < deadline:
            before = count
            time.sleep(LULL_S)

    def until(self, holds: Callable[[], object], timeout_s: float) -> bool:
        """Whether it holds, now or within the time. Costs no patience: for what may well not come."""
        deadline = time.monotonic() + timeout_s
        while not holds():
            if time.monotonic() > deadline:
                return False
            self.rest(POLL_S)
        return True

    def settle(self, ledger: Ledger) -> None:
        """Waits until nothing that was accepted so far is without a reply."""
        self.wait_all(ledger.owed())

    def of(self, session: str, *, endpoint: str | None = None) -> list[Replied]:
        self._inbox.raise_if_dead()
        return self._inbox.arrivals(session, endpoint=endpoint)

    def all(self, *, endpoint: str | None = None) -> list[Replied]:
        """Every arrival of this run, in order; those at one endpoint, where one is asked for."""
        self._inbox.raise_if_dead()
        return self._inbox.all_since(self._started, endpoint=endpoint)

"""One connection to the target: a request goes out, its answer comes back, and then the next may go."""

import contextlib
import select
import time
from typing import Any

from gevent import get_hub, getcurrent, monkey, socket
from gevent.ssl import SSLSocket

from harness.load.http.answer import Answer, AnswerReader
from harness.load.patience import EXCHANGE_S, IDLE_S

SECOND = 1_000_000_000
READ_BYTES = 16384
# The loop's highest priority.
FIRST = 2
# gevent's asks its loop, and here nobody wants to wait.
_poll = monkey.get_original("select", "poll")


class Connection:
    """An open connection. Moments are monotonic nanoseconds."""

    __slots__ = (
        *("_arrived", "_bare", "_deadline", "_expired", "_hub", "_idle_since", "_poll", "_reader"),
        *("_receive", "_socket", "_waiting", "_watch"),
    )

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._reader = AnswerReader()
        self._expired = False
        self._idle_since = time.monotonic_ns()
        self._deadline: int | None = None  # None between two exchanges
        self._hub = get_hub()
        # A plain socket is used as it is: whether it is ready is known here, and gevent's would only ask again.
        plain = not isinstance(opened, SSLSocket)
        self._bare = opened._sock if plain else opened
        self._receive = self._bare.recv
        # Answers take a while: to wait for one is cheaper than to try, fail, and wait then. TLS may hold bytes back.
        # The same watch, never given up, tells what comes while nobody waits; it goes before whatever else the loop
        # has to do, so that nobody who is woken takes a connection that was closed before.
        self._waiting: Any = None  # the greenlet
        self._arrived = False
        self._watch = self._hub.loop.io(opened.fileno(), 1, priority=FIRST) if plain else None
        self._poll = None
        if self._watch is not None:
            self._watch.start(self._arrive)
        else:
            self._poll = _poll()
            self._poll.register(opened.fileno(), select.POLLIN)

    def exchange(self, request: bytes) -> Answer:
        """Sends the request, once. Raises AnswerFailed, TimeoutError or OSError where no whole answer came of it."""
        self._deadline = time.monotonic_ns() + int(EXCHANGE_S * SECOND)
        try:
            self._send(request)
            answer = None
            while answer is None:
                if self._watch is not None:
                    self._await_bytes(self._watch)
                try:
                    data = self._receive(READ_BYTES)
                except BlockingIOError:  # woken for nothing
                    continue
                answer = self._reader.feed(data) if data else self._end()
            return answer
        except OSError:
            if self._expired:
                raise TimeoutError from None
            raise
        finally:
            self._idle_since = time.monotonic_ns()
            self._deadline = None

    def _await_bytes(self, watch: Any) -> None:
        if self._arrived:  # while the request was still on its way
            self._arrived = False
            watch.start(self._arrive)
            return
        self._waiting = getcurrent()
        try:
            while self._waiting is not None:
                self._hub.switch()
        finally:
            self._waiting = None

    def _arrive(self) -> None:
        """What the loop calls when there is something to read, be it the end."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.switch()
        else:
            self._arrived = True
            if self._watch is not None:
                self._watch.stop()

    def _send(self, request: bytes) -> None:
        """A request mostly fits into the socket's buffer."""
        try:
            sent = self._bare.send(request)
        except BlockingIOError:
            sent = 0
        if sent < len(request):
            self._socket.sendall(request[sent:])

    def expire(self) -> None:
        """Ends the exchange under way, which raises TimeoutError in whoever waits for it."""
        self._expired = True
        with contextlib.suppress(OSError):  # the other end may have been quicker, and woken whoever waits
            self._socket.shutdown(socket.SHUT_RDWR)

    def overdue(self, now: int) -> bool:
        """Whether the exchange under way takes too long."""
        return self._deadline is not None and self._deadline < now

    def stale(self, now: int) -> bool:
        """Whether it lay idle for so long that the other end may be about to close it."""
        return self._deadline is None and now - self._idle_since > IDLE_S * SECOND

    def usable(self) -> bool:
        """Whether the next request may go on it: it is not stale, and nothing came meanwhile, be it the end or bytes
        that nobody asked for."""
        if self.stale(time.monotonic_ns()):
            return False
        return not (self._poll.poll(0) if self._poll is not None else self._arrived)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._socket.close()

    def _end(self) -> Answer:
        if self._expired:
            raise TimeoutError
        return self._reader.end()

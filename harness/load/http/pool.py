"""Connections that customers share, as the backend of a source system would have them carried."""

from collections import deque

import gevent
from gevent.event import Event as Signal

from harness.load.http.answer import Answer
from harness.load.http.connection import Connection
from harness.load.http.dialler import Dialler


class Lease:
    """The right to one exchange at a time. Its holder gives it back, whatever happened.

    `queued` is whether it had to be waited for.
    """

    __slots__ = ("_connection", "_pool", "queued")

    def __init__(self, pool: "Pool", connection: Connection | None, *, queued: bool) -> None:
        self._pool = pool
        self._connection = connection
        self.queued = queued

    def exchange(self, request: bytes) -> Answer:
        """Sends the request once, over a connection that was kept or a new one. Raises what `dial` and the
        connection's `exchange` raise."""
        connection = self._connection
        if connection is None or not connection.usable():
            self._drop()
            connection = self._connection = self._pool.dialler.dial()
        try:
            answer = connection.exchange(request)
        except BaseException:
            self._drop()
            raise
        if not answer.reusable:
            self._drop()
        return answer

    def give_back(self) -> None:
        self._pool.take_back(self._connection)

    def _drop(self) -> None:
        if self._connection is not None:
            self._pool.dialler.hang_up(self._connection)
            self._connection = None


class Pool:
    """At most `size` exchanges at a time; who comes when all are under way waits in line."""

    def __init__(self, dialler: Dialler, size: int) -> None:
        self.dialler = dialler
        self._free = size
        self._idle: list[Connection] = []
        self._line: deque[Signal] = deque()

    def lease(self, leaving: Signal) -> Lease | None:
        """Waits for its turn: first come, first served. None where `leaving` is set before it comes."""
        queued = not self._free
        if not queued:
            self._free -= 1
        elif not self._stand_in_line(leaving):
            return None
        return Lease(self, self._idle.pop() if self._idle else None, queued=queued)

    def take_back(self, connection: Connection | None) -> None:
        if connection is not None:
            self._idle.append(connection)
        if self._line:
            self._line.popleft().set()
        else:
            self._free += 1

    def _stand_in_line(self, leaving: Signal) -> bool:
        turn = Signal()
        self._line.append(turn)
        try:
            gevent.wait((turn, leaving), count=1)
        except BaseException:
            if turn.is_set():
                self.take_back(None)
            raise
        finally:
            if not turn.is_set():
                self._line.remove(turn)
        return bool(turn.is_set())

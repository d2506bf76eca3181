"""Waits for replies: arrivals filed by session, and everyone woken only for the session that they wait for.

One thread reads the feed. Under gevent's monkey patching, done before this is imported, it is a greenlet, and so are
those who wait.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.errors import SinkDied
from harness.events import Replied
from harness.sink.feed import Feed

CAPACITY = 200_000


@dataclass(slots=True)
class _Box:
    """One session's arrivals. `filed` counts those that were dropped for want of room as well."""

    news: threading.Condition
    held: OrderedDict[int, Replied] = field(default_factory=OrderedDict)
    filed: int = 0
    waiting: int = 0

    def at(self, endpoint: str | None) -> list[Replied]:
        """What is held, of all endpoints or of one."""
        return [arrival for arrival in self.held.values() if endpoint in (None, arrival.endpoint)]


class Inbox:
    """Holds at most `capacity` arrivals: the oldest go first, and `forget` makes room where a session is done with."""

    def __init__(self, feed: Feed, capacity: int = CAPACITY) -> None:
        """Takes over the feed: closing the inbox closes it."""
        self._feed = feed
        self._capacity = capacity
        # Reentrant, because it knows its owner: a Condition asks that of a plain lock by trying to take it, and there
        # gevent yields, so that one arrival at most would be filed in each turn of its loop.
        self._lock = threading.RLock()
        self._boxes: dict[str | None, _Box] = {}
        self._order: OrderedDict[int, Replied] = OrderedDict()
        self._filed = 0
        self._callbacks: list[Callable[[Replied], None]] = []
        self._death: str | None = None
        self._thread = threading.Thread(target=self._read, name="inbox", daemon=True)
        self._thread.start()

    def wait(
        self, session: str, count: int = 1, timeout: float = 10.0, *, endpoint: str | None = None
    ) -> list[Replied]:
        """Blocks until the session had `count` arrivals in all; after `timeout` seconds returns what there is.

        With `endpoint`, which is "" for the announced URL, only those at that one are counted (as far as they are
        still held) and returned. Raises SinkDied as soon as the sink is gone, unless the arrivals are here already.
        """
        deadline = time.monotonic() + timeout
        with self._lock:
            box = self._box(session)
            box.waiting += 1
            try:
                while (box.filed if endpoint is None else len(box.at(endpoint))) < count:
                    self._raise_if_dead()
                    if not box.news.wait(deadline - time.monotonic()):
                        break
                return box.at(endpoint)
            finally:
                box.waiting -= 1
                self._discard_if_empty(session)

    def arrivals(self, session: str | None, *, endpoint: str | None = None) -> list[Replied]:
        """What came for the session so far, in the order of filing; None asks for those that name no session.

        Arrivals at any URL of the sink, unless one `endpoint` is asked for; "" is the announced one.
        """
        with self._lock:
            box = self._boxes.get(session)
            return box.at(endpoint) if box else []

    @staticmethod
    def mark() -> int:
        """This moment, for `all_since`: monotonic nanoseconds, on the clock that stamps arrivals on this host."""
        return time.monotonic_ns()

    def all_since(self, mark: int, *, endpoint: str | None = None) -> list[Replied]:
        """Every arrival held that reached the sink at `mark` or later, whatever its session, in that order.

        Those at one `endpoint` only, where one is asked for; "" is the announced one.
        """
        with self._lock:
            held = self._order.values()
            found = [arrival for arrival in held if arrival.at >= mark and endpoint in (None, arrival.endpoint)]
        return sorted(found, key=lambda arrival: arrival.at)

    def forget(self, session: str | None) -> None:
        """Drops what is held of a session, and its count: a later `wait` starts from none."""
        with self._lock:
            box = self._boxes.get(session)
            if box is None:
                return
            for number in box.held:
                del self._order[number]
            box.held.clear()
            box.filed = 0
            self._discard_if_empty(session)

    def on_arrival(self, callback: Callable[[Replied], None]) -> None:
        """Has `callback` called for each arrival from now on, in the inbox's thread; it must not block."""
        self._callbacks.append(callback)

    def raise_if_dead(self) -> None:
        with self._lock:
            self._raise_if_dead()

    def close(self) -> None:
        """Ends the reading, and every wait with it."""
        self._feed.close()
        self._thread.join(timeout=5)

    def __enter__(self) -> "Inbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> None:
        cause = "the inbox was closed"
        try:
            for arrival in self._feed:
                self._file(arrival)
                for callback in self._callbacks:
                    callback(arrival)
        except SinkDied as error:
            cause = str(error)
        except Exception as error:
            cause = f"the inbox failed: {error!r}"
            raise
        finally:
            self._end(cause)

    def _file(self, arrival: Replied) -> None:
        with self._lock:
            box = self._box(arrival.session)
            box.held[self._filed] = self._order[self._filed] = arrival
            self._filed += 1
            box.filed += 1
            if len(self._order) > self._capacity:
                self._drop_oldest()
            box.news.notify_all()

    def _end(self, cause: str) -> None:
        with self._lock:
            self._death = cause
            for box in self._boxes.values():
                box.news.notify_all()

    def _raise_if_dead(self) -> None:
        if self._death is not None:
            # A new error for each who waits: a shared one would gather their tracebacks.
            raise SinkDied(self._death)

    def _drop_oldest(self) -> None:
        number, arrival = self._order.popitem(last=False)
        del self._boxes[arrival.session].held[number]

    def _box(self, session: str | None) -> _Box:
        box = self._boxes.get(session)
        if box is None:
            box = self._boxes[session] = _Box(threading.Condition(self._lock))
        return box

    def _discard_if_empty(self, session: str | None) -> None:
        box = self._boxes.get(session)
        if box is not None and not box.filed and not box.waiting:
            del self._boxes[session]

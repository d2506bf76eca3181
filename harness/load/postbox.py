"""Where customers wait for their replies: the arrivals of those sessions that somebody expects, each with its own box.

For the greenlets of one thread, so that nothing is locked and a waiting customer costs next to nothing. What comes for
other sessions goes by: it is another worker's or nobody's, and the sink keeps account of it.
"""

from collections.abc import Callable, Iterable

import gevent
from gevent import get_hub
from gevent.hub import Waiter

from harness.errors import SinkDied
from harness.events import Replied

# Of one session between two messages. A target that floods a session is in the sink's journal.
MOST_HELD = 100


class _Box:
    """One session's arrivals, and who waits for the next."""

    __slots__ = ("held", "waiter")

    def __init__(self) -> None:
        self.held: list[Replied] = []  # a deque, empty, would weigh ten times as much
        self.waiter: Waiter | None = None


class Postbox:
    """Hears the feeds of one or more sinks. It lives while one of them does."""

    def __init__(self, *feeds: Iterable[Replied]) -> None:
        self._boxes: dict[str | None, _Box] = {}
        self._death: str | None = None
        self._callback: Callable[[Replied], None] | None = None
        self._readers = [gevent.spawn(self._read, feed) for feed in feeds]
        self._alive = len(feeds)

    def expect(self, session: str) -> None:
        """What comes for this session is wanted from now on, until it is dismissed."""
        self._boxes.setdefault(session, _Box())

    def forget(self, session: str) -> None:
        """Drops what came for it so far."""
        box = self._boxes.get(session)
        if box is not None:
            box.held.clear()

    def dismiss(self, session: str) -> None:
        """Nothing that comes for this session is wanted any more."""
        self._boxes.pop(session, None)

    def take(self, session: str, timeout_s: float) -> Replied | None:
        """The next that came for an expected session; None where nothing comes within `timeout_s` seconds.

        One at a time waits for a session. Raises SinkDied as soon as no sink is left, unless something is there.
        """
        self.expect(session)
        box = self._boxes[session]
        if not box.held:
            self.raise_if_dead()
            self._sleep(box, timeout_s)
            if not box.held:
                self.raise_if_dead()
        return box.held.pop(0) if box.held else None

    def on_arrival(self, callback: Callable[[Replied], None]) -> None:
        """Has `callback` called with whatever comes from now on, expected or not; it must not block."""
        self._callback = callback

    def raise_if_dead(self) -> None:
        if self._death is not None:
            # A new error for each who waits: a shared one would gather their tracebacks.
            raise SinkDied(self._death)

    def _sleep(self, box: _Box, timeout_s: float) -> None:
        hub = get_hub()
        waiter = box.waiter = Waiter(hub)
        timer = hub.loop.timer(max(timeout_s, 0.0))
        timer.start(waiter.switch, None)
        try:
            waiter.get()
        finally:
            timer.close()
            if box.waiter is waiter:
                box.waiter = None

    def _read(self, feed: Iterable[Replied]) -> None:
        cause = "the webhook sink ended its feed"
        try:
            for arrival in feed:
                self._file(arrival)
        except SinkDied as error:
            cause = str(error)
        except Exception as error:
            cause = f"the postbox failed: {error!r}"
            raise
        finally:
            self._end(cause)

    def _file(self, arrival: Replied) -> None:
        if self._callback is not None:
            self._callback(arrival)
        box = self._boxes.get(arrival.session)
        if box is not None and len(box.held) < MOST_HELD:
            box.held.append(arrival)
            self._wake(box)

    def _end(self, cause: str) -> None:
        """One feed is at its end. While there is another the calls go to the sink that is left."""
        self._alive -= 1
        if not self._alive:
            self._death = cause
            for box in self._boxes.values():
                self._wake(box)

    @staticmethod
    def _wake(box: _Box) -> None:
        waiter, box.waiter = box.waiter, None
        if waiter is not None:
            get_hub().loop.run_callback(waiter.switch, None)

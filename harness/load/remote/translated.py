"""What a sink on another machine hears, by the clock of this one."""

import time
from collections.abc import Iterator
from dataclasses import replace

import gevent

from harness.clocks import Comparison
from harness.errors import SinkDied
from harness.events import Replied
from harness.load.remote.clock_line import ClockLine
from harness.sink.address import SinkAddress
from harness.sink.feed import Feed

ASK_S = 0.5
QUICKLY_S = 0.02
ATTEMPTS = 100


class TranslatedFeed:
    """The feed of one sink, each arrival's `at` brought to our clock. For the greenlets of a patched process."""

    def __init__(self, address: SinkAddress) -> None:
        """Returns once the clocks are compared. Raises SinkDied where there is no sink."""
        self._feed = Feed(address)
        self._line = ClockLine(address.control_url, address.control_token)
        self._comparison = Comparison()
        for _ in range(ATTEMPTS):
            self._line.ask(self._comparison)
            if self._comparison.ready:
                break
            gevent.sleep(QUICKLY_S)
        else:
            raise SinkDied("the webhook sink does not tell its time")
        gevent.spawn(self._keep_asking)

    def __iter__(self) -> Iterator[Replied]:
        for arrival in self._feed:
            yield replace(arrival, at=arrival.at - self._comparison.offset(time.monotonic_ns()))

    def _keep_asking(self) -> None:
        while True:
            gevent.sleep(ASK_S)
            self._line.ask(self._comparison)

"""What a worker saw travels to the master with Locust's own reports, and is there once, whatever becomes of a report.

Each report carries what was seen since the one before, numbered, together with all that the master has not said it got.
So a report that is lost on the way loses nothing, and one that comes twice is counted once.
"""

import time
from collections.abc import Mapping
from typing import Any

from harness.live import Live
from harness.load.station import Station
from harness.observer import Observer
from harness.seconds import SECOND
from harness.unclaimed import Claims, Unclaimed

KEY = "harness"
RECEIPT = "harness-receipt"


class Dispatches:
    """The worker's side."""

    def __init__(self, environment: Any, station: Station) -> None:
        offset = time.time_ns() - time.monotonic_ns()
        self._claims = Claims()
        self._observer = Observer(Live(station.profile.reply_timeout), offset, self._claims)
        self._number = 0
        self._open: dict[int, dict[str, Any]] = {}
        station.watch(self._observer.enter)
        environment.events.report_to_master.add_listener(self._report)
        environment.runner.register_message(RECEIPT, self._received)

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        self._number += 1
        self._open[self._number] = {
            "live": self._observer.take().to_json(),
            "claims": self._claims.take(),
            "at": time.time_ns() // SECOND,
        }
        data[KEY] = {str(number): dispatch for number, dispatch in self._open.items()}

    def _received(self, msg: Any, **_: Any) -> None:
        for number in [number for number in self._open if number <= int(msg.data)]:
            del self._open[number]


class Gathering:
    """The master's side: what all workers saw goes into one picture. What a dead one told stays in it."""

    def __init__(self, environment: Any, live: Live, workers: int) -> None:
        self._live = live
        self._runner = environment.runner
        self._unclaimed = Unclaimed(workers)
        self._got: dict[str, int] = {}
        environment.events.worker_report.add_listener(self._enter)

    def _enter(self, client_id: str, data: Mapping[str, Any], **_: Any) -> None:
        for name, dispatch in sorted(data.get(KEY, {}).items(), key=lambda item: int(item[0])):
            number = int(name)
            if number > self._got.get(client_id, 0):
                self._got[client_id] = number
                self._merge(client_id, dispatch)
        if client_id in self._got:
            self._runner.send_message(RECEIPT, self._got[client_id], client_id)

    def _merge(self, client_id: str, dispatch: Mapping[str, Any]) -> None:
        self._live.merge(Live.from_json(dispatch["live"]))
        before = self._unclaimed.total
        self._unclaimed.enter(client_id, dispatch["claims"], dispatch["at"])
        self._live.arrivals["misrouted"] += self._unclaimed.total - before

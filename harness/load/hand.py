"""A worker of Locust's master, as far as it is another thing than a process by itself."""

import math
from typing import Any

from locust import runners

from harness.load.patience import farewell_s
from harness.load.station import Station
from harness.load.web import orders
from harness.load.web.dispatches import Dispatches

# How often a worker reports where somebody looks on; Locust's own three are long for an eye: seconds.
REPORT_S = 1.0


class Hand:
    """Does what the master says, and tells it what it sees where somebody looks on."""

    def __init__(self, environment: Any, station: Station) -> None:
        self._environment = environment
        self._station = station
        # While a worker's customers finish it does not hear the master, whose signs of life it would miss.
        deaf_s = math.ceil(2 * farewell_s(station.profile.reply_timeout))
        runners.MASTER_HEARTBEAT_TIMEOUT = max(runners.MASTER_HEARTBEAT_TIMEOUT, deaf_s)
        environment.events.test_start.add_listener(self._follow)
        environment.events.test_stop.add_listener(self._be_ready)
        if station.plan.web:
            runners.WORKER_REPORT_INTERVAL = REPORT_S
            Dispatches(environment, station)

    def _follow(self, **_: Any) -> None:
        plan = orders.given(self._environment)
        if plan is not None:
            self._station.follow(plan)

    def _be_ready(self, **_: Any) -> None:
        """Locust has a worker that stopped say only after so long that it is ready again, however soon it is."""
        self._environment.stop_timeout = 0.0

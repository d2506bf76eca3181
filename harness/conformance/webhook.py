"""Our webhook, as the target knows it: registering it, sending replies elsewhere on purpose, failing on request."""

import time

from harness.client.exchange import Answer
from harness.client.source_system import SourceSystem
from harness.sink.address import SinkAddress
from harness.sink.client import SinkClient
from harness.sink.faults import Fault

POLL_S = 0.05


class Webhook:
    """The sink, seen from the checks. `url` is what is registered while nothing else is said."""

    def __init__(self, address: SinkAddress, api: SourceSystem) -> None:
        self._sink = SinkClient(address)
        self._api = api
        self.url = address.url

    def register(self) -> Answer:
        return self._api.register_webhook(self.url)

    def elsewhere(self, name: str) -> str:
        """A URL of the sink that it does not know: calls to it are turned away and counted, and lead nowhere else."""
        return f"{self.url}-{name}"

    def strays(self) -> int:
        """How many calls came to a URL that the sink does not know."""
        return int(self._sink.status()["rejected"].get("token", 0))

    def strays_beyond(self, count: int, timeout_s: float) -> bool:
        """Whether there are more than `count` strays, now or within the time."""
        deadline = time.monotonic() + timeout_s
        while self.strays() <= count:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return True

    def fail_next(self, session: str, status: int) -> None:
        """The next call for this session is answered with this status."""
        self._sink.fault(Fault(session=session, status=status))

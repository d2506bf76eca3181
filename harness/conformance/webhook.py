"""Our webhook, as the target knows it: registering it, further URLs of it, failing on request."""

from harness.client.exchange import Answer
from harness.client.source_system import SourceSystem
from harness.sink.address import SinkAddress
from harness.sink.client import SinkClient
from harness.sink.faults import Fault

# Further URLs, by name: the second tenant's, and another one of the tenant under test.
OTHERS = "other-tenant"
MOVED = "moved"


class Webhook:
    """The sink, seen from the checks. `url` is what is registered while nothing else is said."""

    def __init__(self, address: SinkAddress, api: SourceSystem) -> None:
        self._sink = SinkClient(address)
        self._api = api
        self.url = address.url

    def register(self) -> Answer:
        return self._api.register_webhook(self.url)

    def open(self, name: str, *, path: str = "", query: str = "") -> str:
        """A further URL of the sink, with an unguessable path of its own; the same name gives the same URL again.

        It ends in `path`, which begins with a slash, and in `query`, exactly as they are given. What comes to it, and
        to no spelling of it, arrives with `name` for its endpoint: `replies.wait(session, endpoint=name)`.
        """
        return self._sink.open(name, path + (f"?{query}" if query else ""))

    def turned_away(self, reason: str) -> int:
        """How many calls the sink refused: "token" (a URL that it does not know), "method" (one it does, no POST)."""
        return int(self._sink.status()["rejected"].get(reason, 0))

    def relent(self) -> None:
        """All is well again: faults that are still to happen are dropped."""
        self._sink.relent()

    def hung_up(self) -> dict[str, float]:
        """By session: after how many seconds the sender gave up waiting for an answer that was delayed."""
        found: dict[str, float] = self._sink.status()["hung_up"]
        return found

    def programme(self, *faults: Fault) -> None:
        """Has the sink misbehave. Faults of one session are for its calls in this order; then all is well again."""
        for fault in faults:
            self._sink.fault(fault)

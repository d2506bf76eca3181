"""The events of one request, joined as they come by: a plan, a send, and one outcome. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.events import Acked, Event, Failed, Limited, Planned, Refused, Sent
from harness.kept import Kept, Shelf

# Requests that are held in memory, of those without an outcome.
MOST_HELD = 10_000
Outcome = Acked | Refused | Limited | Failed


@dataclass(slots=True)
class Exchange:
    """One request of a customer. `planned` and `sent` are monotonic nanoseconds; it was `queued` for so many, and the
    target had `held` it back for so many before."""

    request: str
    operation: str
    session: str | None
    planned: int
    sent: int | None = None
    queued: int = 0
    held: int = 0
    customer: str = ""

    @property
    def late(self) -> int:
        """By how much the harness was behind when it sent it: nanoseconds."""
        return 0 if self.sent is None else self.sent - self.planned - self.queued - self.held


class Exchanges:
    """Those that have no outcome yet. A request whose plan was in a line that a kill tore is not known here."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._open: Kept[Exchange] = Kept(_pack, _unpack, shelf, MOST_HELD)

    def enter(self, event: Event) -> Exchange | None:
        """The request that the event belongs to, with what the event says of it. An outcome is its last."""
        if isinstance(event, Planned):
            exchange = Exchange(event.request, event.operation, event.session, event.at, customer=event.customer)
            self._open.put(event.request, exchange)
            return exchange
        if isinstance(event, Sent):
            sent = self._open.get(event.request)
            if sent is not None:
                sent.sent, sent.queued, sent.held = event.at, event.queued, event.held
            return sent
        return self._open.pop(event.request) if isinstance(event, Outcome) else None

    def left(self) -> Iterator[Exchange]:
        """Those that never had an outcome: sent or not."""
        return self._open.values()


def _pack(exchange: Exchange) -> list[Any]:
    return [
        exchange.request,
        exchange.operation,
        exchange.session,
        exchange.planned,
        exchange.sent,
        exchange.queued,
        exchange.held,
        exchange.customer,
    ]


def _unpack(data: list[Any]) -> Exchange:
    return Exchange(*data)

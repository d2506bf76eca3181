"""The last arrivals, numbered from 0, for those who come late to the feed or read it slowly.

A ring of fixed length, bounded in bytes as well. Each reader keeps its own number, so a reader costs nothing here and
cannot hold anything back: what it did not read in time is gone, and the numbers tell.
"""

import asyncio
from collections.abc import Sequence

from harness.events import Replied

# What an arrival weighs besides its texts: bytes, roughly.
RECORD_BYTES = 600


class History:
    """`first` is the number of the oldest arrival still held, `next` that of the one to come."""

    def __init__(self, capacity: int, capacity_bytes: int) -> None:
        self._ring: list[Replied | None] = [None] * capacity
        self._room = capacity_bytes
        self.first = 0
        self.next = 0
        self.closed = False
        self._readers: set[asyncio.Event] = set()

    def extend(self, arrivals: Sequence[Replied]) -> None:
        for arrival in arrivals:
            if self.next - self.first == len(self._ring):
                self._forget_oldest()
            self._ring[self.next % len(self._ring)] = arrival
            self.next += 1
            self._room -= _weight(arrival)
            while self._room < 0:
                self._forget_oldest()
        self._wake()

    def since(self, number: int, at_most: int) -> list[Replied]:
        """Arrivals from `number` on, which must not lie before `first`."""
        end = min(self.next, number + at_most)
        held = (self._ring[n % len(self._ring)] for n in range(number, end))
        return [arrival for arrival in held if arrival is not None]

    def close(self) -> None:
        """Nothing more will come: readers may end when they have read the rest."""
        self.closed = True
        self._wake()

    def attach(self) -> asyncio.Event:
        """An event that is set whenever something came, until `detach`."""
        event = asyncio.Event()
        self._readers.add(event)
        return event

    def detach(self, event: asyncio.Event) -> None:
        self._readers.discard(event)

    def _wake(self) -> None:
        for event in self._readers:
            event.set()

    def _forget_oldest(self) -> None:
        slot = self.first % len(self._ring)
        oldest = self._ring[slot]
        assert oldest is not None
        self._ring[slot] = None
        self._room += _weight(oldest)
        self.first += 1


def _weight(arrival: Replied) -> int:
    texts = (arrival.body, arrival.session, arrival.user, arrival.participant, arrival.content_type)
    headers = sum(len(name) + len(value) for name, value in arrival.headers.items()) if arrival.headers else 0
    return RECORD_BYTES + sum(len(text) for text in texts if text) + sum(map(len, arrival.problems)) + headers

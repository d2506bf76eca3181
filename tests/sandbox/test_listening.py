"""Whoever connects in the moment in which a server of the tests ends is not left to the garbage collector.

It would complain in the middle of another test, and make that one fail.
"""

import asyncio
import gc
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.sandbox.listening import listening
from tests.sandbox.receiver import Receiver

ROUNDS = 25


class Knocking:
    """Connects to `port` again and again, as long as there is one."""

    def __init__(self) -> None:
        self.port = 0
        self.times = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._knock)

    def __enter__(self) -> "Knocking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _knock(self) -> None:
        while not self._over.wait(0.0001):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                self.times += 1


@pytest.fixture
def knocking() -> Iterator[Knocking]:
    with Knocking() as knocking:
        yield knocking


def via_receiver(knocking: Knocking) -> None:
    with Receiver() as receiver:
        _be_knocked_at(knocking, receiver.port)


def bare(knocking: Knocking) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def main() -> None:
        async with listening(serve) as port:
            await asyncio.to_thread(_be_knocked_at, knocking, port)

    asyncio.run(main())


def _be_knocked_at(knocking: Knocking, port: int) -> None:
    before, knocking.port = knocking.times, port
    while knocking.times < before + 5:
        time.sleep(0.001)


@pytest.mark.parametrize("serve", [via_receiver, bare])
def test_a_connection_of_the_last_moment_is_closed(knocking, serve):
    gc.collect()
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        for _ in range(ROUNDS):
            serve(knocking)
        gc.collect()

    assert [str(complaint.message) for complaint in complaints] == []

"""Clients with one connection each, each lent to one thread at a time.

httpx's own pool takes an idle connection whose socket becomes readable for one that the other side has closed. Where
another thread has begun an exchange on it in that moment, what became readable is the answer: the connection is closed
under the exchange, and nobody learns what came of a request that was counted.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx


class Clients:
    """Made by `make` as they are needed. Of those that lie idle the one used last is lent first, and whichever was not
    used for `idle_s` seconds is closed, as are the oldest beyond `most`."""

    def __init__(self, make: Callable[[], httpx.Client], idle_s: float, most: int) -> None:
        self._make = make
        self._idle_s = idle_s
        self._most = most
        self._idle: deque[tuple[float, httpx.Client]] = deque()
        self._closed = False

    @contextmanager
    def lent(self) -> Iterator[httpx.Client]:
        client = self._taken()
        try:
            yield client
        finally:
            self._idle.append((time.monotonic(), client))
            self._tidy()

    def close(self) -> None:
        """Also those that are under way, once they are given back."""
        self._closed = True
        self._tidy()

    def _taken(self) -> httpx.Client:
        self._tidy()
        try:
            _, client = self._idle.pop()
        except IndexError:
            return self._make()
        return client

    def _tidy(self) -> None:
        while True:
            try:
                used, client = self._idle.popleft()
            except IndexError:
                return
            if not self._closed and len(self._idle) < self._most and used + self._idle_s > time.monotonic():
                self._idle.appendleft((used, client))
                return
            client.close()

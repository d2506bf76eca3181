"""Bounds a whole exchange. A client bounds each of its reads alone, so that a byte a second would keep it for ever."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

# When the exchange of this thread is given up: seconds, monotonic.
_ends_at: ContextVar[float] = ContextVar("_ends_at", default=math.inf)


@contextmanager
def until(moment_s: float) -> Iterator[None]:
    """What this thread exchanges in the block over a client that is `bounded` ends by then, in a time-out."""
    token = _ends_at.set(moment_s)
    try:
        yield
    finally:
        _ends_at.reset(token)


def bounded(client: httpx.Client) -> httpx.Client:
    """The client, which from now on heeds `until`. httpx has no door for it: what it sends by is put in its place."""
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool
            pool._network_backend = _Backend(pool._network_backend)
    return client


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    """The time-out of one step: what is left, where that is less. Raises `late` where nothing is."""
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise late("the time for the whole exchange is over")
    return timeout if left == math.inf else left if timeout is None else min(timeout, left)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

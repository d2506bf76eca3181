"""A real webhook: an HTTP server on a free port that keeps what it is sent and answers as it is told."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.sandbox.listening import listening_for_http

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Arrival:
    path: str
    headers: dict[str, str]
    raw: bytes
    at_ns: int

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.raw)
        return event

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.event["data"]
        return data


class Receiver:
    """As a context manager it listens until the end of the block. `answer` may be replaced at any time."""

    def __init__(self, port: int = 0) -> None:
        self.arrivals: list[Arrival] = []
        self.answer: Callable[[Arrival], web.Response | float] = lambda arrival: web.Response()
        self._port = port
        self._peers: set[object] = set()
        self._changed = threading.Condition()
        self._listening = AsyncExitStack()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    @property
    def port(self) -> int:
        return self._port

    @property
    def connections(self) -> int:
        """How many different ones there were."""
        return len(self._peers)

    def wait_for(self, number: int) -> list[Arrival]:
        """The first so many arrivals, as soon as they are there."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.arrivals) >= number, PATIENCE_S), self.arrivals
            return self.arrivals[:number]

    def __enter__(self) -> "Receiver":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._listening.aclose(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        self._port = await self._listening.enter_async_context(listening_for_http(self._take, self._port))

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        arrival = Arrival(request.path, dict(request.headers), await request.read(), time.monotonic_ns())
        with self._changed:
            self.arrivals.append(arrival)
            self._peers.add(request.transport and request.transport.get_extra_info("peername"))
            self._changed.notify_all()
        answer = self.answer(arrival)
        if isinstance(answer, float):  # seconds of silence
            await asyncio.sleep(answer)
            return web.Response()
        return answer

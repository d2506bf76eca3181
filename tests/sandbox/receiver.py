"""A real webhook: an HTTP server on a free port that keeps what it is sent and answers as it is told."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

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


class Server(web.Server):
    """Remembers its connections: aiohttp's own forgets those that are made while it shuts down."""

    def __init__(self, take: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
        super().__init__(take, access_log=None)
        self.transports: list[asyncio.Transport] = []

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self.transports.append(transport)


class Receiver:
    """As a context manager it listens until the end of the block. `answer` may be replaced at any time."""

    def __init__(self, port: int = 0) -> None:
        self.arrivals: list[Arrival] = []
        self.answer: Callable[[Arrival], web.Response | float] = lambda arrival: web.Response()
        self._port = port
        self._peers: set[object] = set()
        self._changed = threading.Condition()
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
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        self._server = Server(self._take)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        """Ends every connection for certain, one that is accepted at the last moment included."""
        await self._runner.cleanup()
        silent = asyncio.all_tasks() - {asyncio.current_task()}
        for task in silent:
            task.cancel()
        await asyncio.gather(*silent, return_exceptions=True)
        for _ in range(10):
            for transport in self._server.transports:
                transport.abort()
            await asyncio.sleep(0)

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

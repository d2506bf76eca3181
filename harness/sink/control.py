"""The control listener: the feed of arrivals, the sink's state, faults on request, and its end. Bearer token on all."""

import asyncio
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import hdrs, web

from harness.errors import UsageError
from harness.events import Gauged
from harness.journal import encode
from harness.sink.faults import Fault, Programme
from harness.sink.gauges import SOURCE
from harness.sink.history import History
from harness.sink.settings import Limits

DROPPED = "feed_dropped"
HEARTBEAT_S = 1.0
# Arrivals encoded in one go: more would hold up the loop that stamps the next ones.
SLICE = 50
BODY_LIMIT = 64 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """`status` gives the sink's state as JSON data, `stop` ends it, `open_url` opens an endpoint by name and suffix."""

    def __init__(
        self,
        token: str,
        *,
        history: History,
        programme: Programme,
        limits: Limits,
        status: Callable[[], dict[str, Any]],
        stop: Callable[[], None],
        open_url: Callable[[str, str], str],
    ) -> None:
        self._expected = f"Bearer {token}".encode()
        self._history = history
        self._programme = programme
        self._limits = limits
        self._status = status
        self._stop = stop
        self._open_url = open_url
        self.subscribers = 0

    def application(self) -> web.Application:
        application = web.Application(middlewares=[self._authenticate], client_max_size=BODY_LIMIT)
        application.router.add_get("/feed", self.feed, allow_head=False)
        application.router.add_get("/status", self.status)
        application.router.add_get("/clock", self.clock)
        application.router.add_post("/faults", self.faults)
        application.router.add_post("/relent", self.relent)
        application.router.add_post("/endpoints", self.endpoints)
        application.router.add_post("/stop", self.stop)
        return application

    @web.middleware
    async def _authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._expected):
            return web.json_response({"error": "the control token is missing or wrong"}, status=401)
        return await handler(request)

    async def status(self, _request: web.Request) -> web.Response:
        return web.json_response(self._status())

    async def clock(self, _request: web.Request) -> web.Response:
        """Our monotonic clock (ns), for whoever compares theirs with it."""
        return web.json_response({"at": time.monotonic_ns()})

    async def faults(self, request: web.Request) -> web.Response:
        """Takes one fault; answers how many calls are spoken for by now."""

        def take(value: Any) -> dict[str, Any]:
            self._programme.add(Fault.from_json(value))
            return {"pending": self._programme.pending}

        return await _told(request, take)

    async def relent(self, _request: web.Request) -> web.Response:
        self._programme.relent()
        return web.json_response({"pending": 0})

    async def endpoints(self, request: web.Request) -> web.Response:
        """Opens one, of {"name", "suffix"}; answers its URL."""

        def take(value: Any) -> dict[str, Any]:
            if not isinstance(value, dict) or value.keys() != {"name", "suffix"}:
                raise UsageError("an endpoint is a JSON object of name and suffix")
            return {"url": self._open_url(value["name"], value["suffix"])}

        return await _told(request, take)

    async def stop(self, _request: web.Request) -> web.Response:
        self._stop()
        return web.json_response({"stopping": True})

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """Journal lines of what is still held, or of number `since` on, then of what comes; an empty line each second.

        A reader that falls out of the history, or takes nothing for `stall_s`, is told so by a last line and dropped.
        """
        since = request.query.get("since", str(self._history.first))
        if not since.isdecimal() or len(since) > 18:
            return web.json_response({"error": "since takes the number of an arrival"}, status=400)
        if self.subscribers >= self._limits.subscribers:
            return web.json_response({"error": "too many readers"}, status=503)
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "application/x-ndjson"})
        response.enable_chunked_encoding()
        news = self._history.attach()
        self.subscribers += 1
        try:
            await response.prepare(request)
            await self._follow(request, response, int(since), news)
        except ConnectionError:
            pass  # the reader went away: its own affair
        finally:
            self.subscribers -= 1
            self._history.detach(news)
        return response

    async def _follow(
        self, request: web.Request, response: web.StreamResponse, number: int, news: asyncio.Event
    ) -> None:
        history = self._history
        while not (history.closed and number >= history.next):
            news.clear()
            arrivals = history.since(number, SLICE) if number >= history.first else []
            try:
                async with asyncio.timeout(self._limits.stall_s):
                    await response.write("".join(f"{encode(arrival)}\n" for arrival in arrivals).encode() or b"\n")
            except TimeoutError:
                return self._drop(request, number + len(arrivals))
            number += len(arrivals)
            if number < history.first:
                return self._drop(request, number)
            if number < history.next:
                await asyncio.sleep(0)  # writing need not yield: let calls in between two slices
            elif not history.closed:
                await _wait(news, HEARTBEAT_S)
        return None

    def _drop(self, request: web.Request, number: int) -> None:
        """Says how many arrivals the reader missed, where it still can be said, and cuts it off."""
        transport = request.transport
        if transport is None:
            return
        line = encode(Gauged(time.monotonic_ns(), SOURCE, DROPPED, max(self._history.next - number, 0))) + "\n"
        # Past aiohttp's writer, which would wait for a reader that does not read.
        transport.write(f"{len(line):x}\r\n{line}\r\n0\r\n\r\n".encode())
        transport.close()
        asyncio.get_running_loop().call_later(self._limits.stall_s, transport.abort)


async def _told(request: web.Request, take: Callable[[Any], dict[str, Any]]) -> web.Response:
    """What `take` makes of the request's body, or the complaint about it."""
    try:
        return web.json_response(take(json.loads(await request.read())))
    except (ValueError, RecursionError):
        return web.json_response({"error": "the body is not JSON"}, status=400)
    except UsageError as error:
        return web.json_response({"error": str(error)}, status=400)


async def _wait(news: asyncio.Event, at_most_s: float) -> None:
    try:
        async with asyncio.timeout(at_most_s):
            await news.wait()
    except TimeoutError:
        pass

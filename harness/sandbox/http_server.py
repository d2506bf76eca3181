"""HTTP, as aiohttp speaks it, around anything that answers exchanges: bounded, and in JSON down to its own errors."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import RequestHandler, RequestPayloadError, _ErrInfo
from multidict import CIMultiDict, CIMultiDictProxy

from harness.sandbox.config import Bounds
from harness.sandbox.exchange import Answer, Exchange, Refusal
from harness.sandbox.rendering import response_of

ReadBody = Callable[[Exchange], Awaitable[bytes]]
Respond = Callable[[Exchange, ReadBody], Awaitable[Answer]]
Answered = Callable[[Exchange, Answer], None]
Ended = Callable[[Exchange], None]

NO_HEADERS: CIMultiDictProxy[str] = CIMultiDictProxy(CIMultiDict())
BUSY = json.dumps({"status": 503, "errorCode": "too_many_connections"}).encode()
BUSY_RESPONSE = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BUSY), BUSY)
)

# aiohttp tells each malformed request with a traceback; here it is one line of our own log.
_silent = logging.getLogger(__name__)
_silent.addHandler(logging.NullHandler())
_silent.propagate = False


class Connection(RequestHandler):
    """One client's connection: knows when it last read something, and whose body is being read."""

    __slots__ = ("body", "packets", "received_ns")

    def __init__(self, server: web.Server, **options: Any) -> None:
        super().__init__(server, **options)
        self.received_ns = 0
        self.packets = 0  # read so far
        self.body: StreamReader = EMPTY_PAYLOAD  # of the request that was begun last

    def data_received(self, data: bytes) -> None:
        if data:
            self.received_ns = time.monotonic_ns()
            self.packets += 1
        super().data_received(data)
        if self._messages and isinstance(self._messages[-1][0], _ErrInfo):
            self._fail_body(self._messages[-2][1] if len(self._messages) > 1 else self.body)

    def _fail_body(self, body: StreamReader) -> None:
        """What came is no part of this body. aiohttp would say so after the request, which waits for it in vain."""
        if not body.is_eof():
            body.set_exception(RequestPayloadError("the body is malformed"))
            self.close()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """What aiohttp could not read as HTTP is answered like any other refusal."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer was already begun")
        server = self._manager
        assert isinstance(server, HttpServer)
        return server.refuse(self.received_ns, status, message or type(exc).__name__)


class HttpServer(web.Server):
    """A factory of connections for `loop.create_server`."""

    def __init__(self, respond: Respond, answered: Answered, ended: Ended, bounds: Bounds) -> None:
        """`respond` decides the answer to an exchange; `answered` is told of each when it goes to the socket, `ended`
        of each exchange in any case.
        """
        super().__init__(
            self._serve,
            request_factory=self._bounded_request,
            access_log=None,
            logger=_silent,
            keepalive_timeout=bounds.idle_s,
            lingering_time=bounds.body_s,
        )
        self._respond = respond
        self._answered = answered
        self._ended = ended
        self._bounds = bounds

    def __call__(self) -> RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self._connections) > self._bounds.connections:
            transport.write(BUSY_RESPONSE)
            handler.force_close()

    def refuse(self, received_ns: int, status: int, why: str) -> web.Response:
        """The answer where there is no request to speak of, after which the connection is closed."""
        if status < 500:
            refusal = Refusal(400, "bad_request", "The request is not well-formed HTTP.", note=f"({why})")
        else:
            refusal = Refusal(500, "internal_error", "An error occurred on the server.", note=f"({why})")
        answer = refusal.answer()
        self._answered(Exchange("?", "?", NO_HEADERS, received_ns), answer)
        response = response_of(answer, {})
        response.force_close()
        return response

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, Connection)
        path, _, query = request.raw_path.partition("?")
        if not path.startswith("/"):  # the absolute form, as a proxy would send it
            path = request.rel_url.raw_path
        exchange = Exchange(request.method, path, request.headers, connection.received_ns, query)
        exchange.raw_headers = request.raw_headers
        exchange.address = request.remote

        async def read_body(exchange: Exchange) -> bytes:
            return await self._read(request, connection, exchange)

        try:
            answer = await self._respond(exchange, read_body)
            if answer.delay_s:
                await asyncio.sleep(answer.delay_s)
            self._answered(exchange, answer)
        finally:
            self._ended(exchange)
        if answer.wire.drops and request.transport is not None:
            request.transport.close()
        return response_of(answer, exchange.answer_headers)

    async def _read(self, request: web.BaseRequest, connection: Connection, exchange: Exchange) -> bytes:
        """The whole body, within its bounds of size and time. Raises a 400, 408 or 413."""
        declared = request.content_length
        if declared is not None and declared > self._bounds.body_bytes:
            raise self._too_large()
        try:
            if request.content.is_eof():
                return await request.read()
            return await self._read_slowly(request, connection, exchange)
        except web.HTTPRequestEntityTooLarge:
            raise self._too_large() from None
        except ConnectionError:
            raise Refusal(400, "bad_request", "The connection ended before the body did.") from None
        except (RequestPayloadError, HttpProcessingError):
            raise Refusal(400, "bad_request", "The body is not framed or encoded as its headers say.") from None

    async def _read_slowly(self, request: web.BaseRequest, connection: Connection, exchange: Exchange) -> bytes:
        """A body of which some is still on its way."""
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        before = connection.packets - (request.content.total_bytes > 0)
        try:
            async with asyncio.timeout(self._bounds.body_s):
                body = await request.read()
        except TimeoutError:
            connection.close()
            raise Refusal(408, "request_timeout", "The body did not arrive in time.") from None
        exchange.received_ns = connection.received_ns
        exchange.body_packets = connection.packets - before
        return body

    def _too_large(self) -> Refusal:
        message = f"The body is larger than {self._bounds.body_bytes} bytes."
        return Refusal(413, "payload_too_large", message)

    def _bounded_request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        protocol.body = payload
        return web.BaseRequest(
            message, payload, protocol, writer, task, self._loop, client_max_size=self._bounds.body_bytes
        )

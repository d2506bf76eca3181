"""The webhook endpoint: who may call, what is read of it, and the answer. Nothing is checked before the answer."""

import math
import socket
import struct
import time
from email.utils import formatdate
from typing import cast
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from harness.sink.arrival import Delivery, session_of
from harness.sink.connection import Connection, plain
from harness.sink.endpoints import Endpoints
from harness.sink.faults import Fault, Programme
from harness.sink.gauges import Rejections
from harness.sink.intake import Intake

OK_STATUS = 200
OK = b'{"status": 200}'
TURNED_AWAY = (404, "token")
BODILESS = (204, 205, 304)
_LINGER_NOT = struct.pack("ii", 1, 0)


class Receiver:
    """Answers POST on one of the `endpoints`; anything else is turned away by a plain 4xx and counted."""

    def __init__(
        self,
        endpoints: Endpoints,
        body_limit: int,
        intake: Intake,
        programme: Programme,
        rejections: Rejections,
        *,
        keep_headers: bool = False,
    ) -> None:
        self._endpoints = endpoints
        self._keep_headers = keep_headers
        self._body_limit = body_limit
        self._intake = intake
        self._programme = programme
        self._rejections = rejections

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = cast(Connection, request.protocol)
        at, wall = connection.arrived
        endpoint = self._endpoints.name_of(_target(request.raw_path))
        objection = self._objection(request, endpoint)
        if objection or endpoint is None:
            return self._refuse(connection, *(objection or TURNED_AWAY))
        try:
            body = await self._read(request)
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(connection, 413, "size")
        except (web.RequestPayloadError, ConnectionError):
            return self._refuse(connection, 400, "cut_short")
        connection.reading = False
        content_type = request.headers.get(hdrs.CONTENT_TYPE)
        peer, headers = _sender(request, connection) if self._keep_headers else (None, None)
        session = session_of(body) if self._programme.pending else None
        fault = self._programme.take(session, endpoint) if self._programme.pending else None
        status = OK_STATUS if fault is None else fault.recorded
        self._intake.take(Delivery(at, wall, body, content_type, status, endpoint, peer, headers))
        if fault is not None:
            if fault.delay_s and await connection.lost_within(fault.delay_s):
                self._programme.hang_up(session, (time.monotonic_ns() - at) / 1e9)
            return _misbehave(request, fault)
        return web.Response(body=OK, content_type="application/json")

    def _objection(self, request: web.BaseRequest, endpoint: str | None) -> tuple[int, str] | None:
        """The status and the reason of a refusal that needs no body. A wrong token hides whatever else is wrong."""
        if endpoint is None:
            return TURNED_AWAY
        if request.method != hdrs.METH_POST:
            return 405, "method"
        if request.content_length is not None and request.content_length > self._body_limit:
            return 413, "size"
        return None

    async def _read(self, request: web.BaseRequest) -> bytes:
        if hdrs.EXPECT in request.headers and request.headers[hdrs.EXPECT].lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return await request.read()

    def _refuse(self, connection: Connection, status: int, reason: str) -> web.Response:
        connection.reading = False
        if not connection.expired:  # that was counted by who showed it out
            self._rejections.count(reason)
        answer = plain(status)
        if status == 405:
            answer.headers[hdrs.ALLOW] = hdrs.METH_POST
        return answer


def _target(raw: str) -> bytes:
    """The request target as it was sent; of its absolute form (RFC 9112 section 3.2.2) the path and the query."""
    if not raw.startswith("/"):
        parts = urlsplit(raw)
        raw = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return raw.encode("utf-8", "surrogateescape")


def _sender(request: web.BaseRequest, connection: Connection) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """Who calls, from where, and how: the source address, and every header as it was sent."""
    version = f"HTTP/{request.version.major}.{request.version.minor}"
    return connection.peer, ((":version", version), *request.headers.items())


def _misbehave(request: web.BaseRequest, fault: Fault) -> web.Response:
    if fault.reset and request.transport is not None:
        # Without lingering the kernel sends RST in place of an orderly end.
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        request.transport.abort()
    retry_after = fault.retry_after if fault.retry_at_s is None else _date_in(fault.retry_at_s)
    told = {hdrs.LOCATION: fault.location, hdrs.RETRY_AFTER: retry_after}
    headers = {name: value for name, value in told.items() if value is not None}
    if fault.bare or fault.status in BODILESS:
        return web.Response(status=fault.status, headers=headers)
    return web.json_response({"status": fault.status}, status=fault.status, headers=headers)


def _date_in(seconds: float) -> str:
    """The first whole second that is not sooner."""
    return formatdate(math.ceil(time.time() + seconds), usegmt=True)

"""The webhook endpoint: who may call, what is read of it, and the answer. Nothing is checked before the answer."""

import asyncio
import hmac
import socket
import struct
from typing import cast
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from harness.sink.arrival import Delivery, session_of
from harness.sink.connection import Connection, plain
from harness.sink.faults import Fault, Programme
from harness.sink.gauges import Rejections
from harness.sink.intake import Intake

OK = b'{"status": 200}'
_LINGER_NOT = struct.pack("ii", 1, 0)


class Receiver:
    """Answers POST on one of `paths`; anything else is turned away by a plain 4xx and counted."""

    def __init__(
        self, paths: tuple[str, ...], body_limit: int, intake: Intake, programme: Programme, rejections: Rejections
    ) -> None:
        self._paths = [path.encode() for path in paths]
        self._body_limit = body_limit
        self._intake = intake
        self._programme = programme
        self._rejections = rejections

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = cast(Connection, request.protocol)
        at, wall = connection.arrived
        objection = self._objection(request)
        if objection:
            return self._refuse(connection, *objection)
        try:
            body = await self._read(request)
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(connection, 413, "size")
        except (web.RequestPayloadError, ConnectionError):
            return self._refuse(connection, 400, "cut_short")
        connection.reading = False
        content_type = request.headers.get(hdrs.CONTENT_TYPE)
        fault = self._programme.take(session_of(body)) if self._programme.pending else None
        if fault is not None:
            self._intake.take(Delivery(at, wall, body, content_type, 0 if fault.reset else fault.status))
            return await _misbehave(request, fault)
        self._intake.take(Delivery(at, wall, body, content_type))
        return web.Response(body=OK, content_type="application/json")

    def _objection(self, request: web.BaseRequest) -> tuple[int, str] | None:
        """The status and the reason of a refusal that needs no body. A wrong token hides whatever else is wrong."""
        if not self._is_ours(request.raw_path):
            return 404, "token"
        if request.method != hdrs.METH_POST:
            return 405, "method"
        if request.content_length is not None and request.content_length > self._body_limit:
            return 413, "size"
        return None

    def _is_ours(self, target: str) -> bool:
        """Whether the request target names the sink's path exactly, compared in constant time."""
        if not target.startswith("/"):  # the absolute form of RFC 9112 section 3.2.2
            parts = urlsplit(target)
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        given = target.encode("utf-8", "surrogateescape")
        return any(hmac.compare_digest(given, path) for path in self._paths)

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


async def _misbehave(request: web.BaseRequest, fault: Fault) -> web.Response:
    if fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if fault.reset and request.transport is not None:
        # Without lingering the kernel sends RST in place of an orderly end.
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        request.transport.abort()
    return web.json_response({"status": fault.status}, status=fault.status)

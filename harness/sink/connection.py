"""A sender's connection: stamps what comes in, and keeps a slow, garbled or surplus sender from costing much."""

import asyncio
import resource
import time
from typing import Any

from aiohttp import web

from harness.errors import CouldNotRun
from harness.sink.gauges import Rejections
from harness.sink.settings import Limits

SWEEP_S = 0.5
# How long the rest of a refused body is read and thrown away, so that the sender gets to see the refusal.
LINGER_S = 1.0
# A call that is whole when its sender stops sending is being answered by then: seconds.
WHOLE_S = 0.2
# Descriptors for everything that is no sender's connection.
OTHER_DESCRIPTORS = 200


def plain(status: int, *, close: bool = True) -> web.Response:
    """A bare answer that tells the status and nothing else: no refusal echoes what it refuses."""
    answer = web.Response(status=status, text=f"{status}\n")
    if close:
        answer.force_close()
    return answer


def room_for(connections: int) -> int:
    """How many of so many connections can be held, the soft limit on open files raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + OTHER_DESCRIPTORS
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room = min(connections, soft - OTHER_DESCRIPTORS)
    if room < 1:
        raise CouldNotRun(
            f"the sink may open {soft} files at once and needs more than {OTHER_DESCRIPTORS}: raise `ulimit -n`"
        )
    return room


class Connection(web.RequestHandler):
    """aiohttp's connection, with the time of the first byte of the request that it is reading.

    The stamp is taken when the bytes are read, not when the handler's turn comes: in a burst those are far apart.
    `arrived` is (monotonic ns, wall ns). `reading` is true from that byte until the body is in. `peer` is the address
    at the other end, without its port.
    """

    def __init__(self, door: "Door", server: web.Server, limits: Limits) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=limits.idle_s,
            access_log=None,  # type: ignore[arg-type]  # documented: None is no log
            max_line_size=limits.header_line,
            max_field_size=limits.header_line,
            max_headers=limits.headers,
            lingering_time=LINGER_S,
            auto_decompress=False,
        )
        self._door = door
        self.arrived = (0, 0)
        self.reading = False
        self.expired = False
        self.peer: str | None = None
        self._lost: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if peer else None
        self._door.inside.add(self)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._door.inside.discard(self)
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio asks for it
        """Whether the connection stays open: a sender that only stopped sending still hears the answer to its call.

        One that hangs up looks the same until something is written; where the answer is slow, it has hung up.
        """
        if not self.reading or self._lost is not None:
            return False
        self.close()  # once the answer is out
        asyncio.get_running_loop().call_later(WHOLE_S, self._cut_short)
        return True

    def _cut_short(self) -> None:
        if self.reading and self.transport is not None:
            self.transport.close()

    async def lost_within(self, seconds: float) -> bool:
        """Waits; whether the other end hung up meanwhile."""
        self._lost = asyncio.get_running_loop().create_future()
        lost, _ = await asyncio.wait([self._lost], timeout=seconds)
        return bool(lost)

    def data_received(self, data: bytes) -> None:
        # A stray line end after a body, as some senders leave it, begins no request.
        if not self.reading and data and not data.isspace():
            self.arrived = time.monotonic_ns(), time.time_ns()
            self.reading = True
        super().data_received(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """In place of aiohttp's, which quotes the offending bytes in its answer and in the log."""
        self.reading = False
        self._door.rejections.count("framing" if status < 500 else "internal")
        if status >= 500:
            self.logger.error("the sink failed on a call", exc_info=exc)
        return plain(status)


class Door:
    """Lets senders in as long as there is room, and shows out those who do not get on with it."""

    def __init__(self, server: web.Server, limits: Limits, rejections: Rejections) -> None:
        self._server = server
        self._limits = limits
        self._room = room_for(limits.connections)
        self.rejections = rejections
        self.inside: set[Connection] = set()

    def __call__(self) -> asyncio.Protocol:
        """The protocol factory: one for each connection that the kernel accepted."""
        if len(self.inside) >= self._room:
            self.rejections.count("connections")
            return _Full()
        return Connection(self, self._server, self._limits)

    async def sweep(self) -> None:
        """Runs until it is cancelled: one look over all connections in place of a timer for each."""
        while True:
            await asyncio.sleep(SWEEP_S)
            started_before = time.monotonic_ns() - int(self._limits.read_s * 1e9)
            for connection in [c for c in self.inside if c.reading and c.arrived[0] < started_before]:
                self.rejections.count("slow")
                connection.expired = True
                connection.force_close()


class _Full(asyncio.Protocol):
    """What a sender meets when there is no room: an answer at once, and the end."""

    def connection_made(self, transport: Any) -> None:
        transport.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        transport.close()

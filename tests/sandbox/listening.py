"""Servers in the test's own event loop, that at the end of the block have closed whatever they accepted."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import web

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Take = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

GRACE_S = 0.01


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    """A bare server, for webhooks that behave as no HTTP library would: the port it listens on."""
    tasks: set[asyncio.Task[None] | None] = set()

    async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        try:
            await serve(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = await asyncio.start_server(tracked, sock=listener)
        try:
            yield listener.getsockname()[1]
        finally:
            await _turn_away(listener)
            server.close()
            running = [task for task in tasks if task is not None]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def listening_for_http(take: Take, port: int = 0) -> AsyncIterator[int]:
    """A server of aiohttp's: the port it listens on. A handler that is still at it in the end is cancelled."""
    runner = web.ServerRunner(web.Server(take, access_log=None), shutdown_timeout=GRACE_S)
    await runner.setup()
    with socket.create_server(("127.0.0.1", port)) as listener:
        await web.SockSite(runner, listener).start()
        try:
            yield listener.getsockname()[1]
        finally:
            await _turn_away(listener)
            await runner.cleanup()
            await asyncio.sleep(0)


async def _turn_away(listener: socket.socket) -> None:
    """Accepts nobody any more, and lets what was accepted become a connection that its server knows of.

    asyncio loses one that is accepted in the moment in which its server closes (CPython's issue 109564): its socket is
    left to the garbage collector, which complains of it in whatever test comes next. Who knocks later is reset.
    """
    asyncio.get_running_loop().remove_reader(listener)
    for _ in range(3):  # the task that makes the transport, the call that tells its protocol, the first read
        await asyncio.sleep(0)

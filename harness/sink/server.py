"""The sink's process: its parts put together, its two listeners, its beginning and its orderly end."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from harness.assets import asset
from harness.contract import Contract
from harness.errors import CouldNotRun, UsageError
from harness.recording.writer import JournalWriter, header_now
from harness.secret import Redactor
from harness.sink.connection import Door
from harness.sink.control import Control
from harness.sink.endpoints import TOKEN_BYTES, Endpoints
from harness.sink.faults import Programme
from harness.sink.gauges import Gauges, Lag, Rejections
from harness.sink.headers import Keeper
from harness.sink.history import History
from harness.sink.intake import Intake
from harness.sink.receiver import Receiver
from harness.sink.settings import Settings

# How long calls that are being answered may take once the sink ends: seconds.
GRACE_S = 1.0
BACKLOG = 2048

Announcement = dict[str, Any]


class Sink:
    """One run's sink. Everything is made in `__init__`, in a running loop; sockets are opened in `run` only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        family = settings.family
        prefix = urlsplit(settings.public_url or "").path.rstrip("/")
        self._endpoints = Endpoints(prefix, family.path.reveal() if family else None)
        self._control_token = family.control.reveal() if family else secrets.token_urlsafe(TOKEN_BYTES)
        self._ending = asyncio.Event()
        self._failure: OSError | None = None
        self._began = time.monotonic()
        self._base = ""
        self._journal = _open_journal(settings)
        limits = settings.limits
        self._history = History(limits.history, limits.history_bytes)
        self._programme = Programme()
        self._rejections = Rejections()
        self._lag = Lag()
        redactor = Redactor(*settings.secrets)
        self._intake = Intake(
            Contract(asset("openapi.yaml").read_text(encoding="utf-8"), redactor.clean),
            limits.kept_body,
            redactor.clean,
            self._history,
            self._journal,
            self._fail,
            Keeper(redactor) if settings.keep_headers else None,
        )
        self._gauges = Gauges(self._lag, self._rejections, self._intake.note)
        receiver = Receiver(
            self._endpoints,
            limits.body,
            self._intake,
            self._programme,
            self._rejections,
            keep_headers=settings.keep_headers,
        )
        self._server = web.Server(receiver, request_factory=_request_factory(limits.body))
        self._door = Door(self._server, limits, self._rejections)
        self._control = Control(
            self._control_token,
            history=self._history,
            programme=self._programme,
            limits=limits,
            status=self.status,
            stop=self._ending.set,
            open_url=self._open,
        )

    async def run(self, announce: Callable[[Announcement], None]) -> None:
        """Listens, announces itself, and returns when it was asked to end and all that came in is written.

        Raises UsageError where it cannot listen, and CouldNotRun where the journal cannot be written any more.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        async with AsyncExitStack() as stack:
            if self._journal is not None:
                stack.callback(self._journal.close)
            control_url = await self._open_control(stack)
            await self._open_receiver(stack)
            for watcher in (self._gauges.watch(), self._door.sweep()):
                stack.callback(asyncio.create_task(watcher).cancel)
            announce(self._announcement(control_url))
            await self._ending.wait()
        if self._failure is not None:
            raise CouldNotRun(f"the sink cannot write its journal: {self._failure.strerror}")

    def status(self) -> dict[str, Any]:
        return {
            "url": self._base + self._endpoints.home,
            "uptime_s": time.monotonic() - self._began,
            "received": self._intake.received,
            "first": self._history.first,
            "next": self._history.next,
            "rejected": dict(self._rejections.counts),
            "faults_pending": self._programme.pending,
            "hung_up": dict(self._programme.hung_up),
            "connections": len(self._door.inside),
            "subscribers": self._control.subscribers,
            "lag": self._lag.described(),
        }

    async def _open_receiver(self, stack: AsyncExitStack) -> None:
        host, port = self._settings.listen
        loop = asyncio.get_running_loop()
        try:
            shared = self._settings.family is not None
            listener = await loop.create_server(self._door, host, port, backlog=BACKLOG, reuse_port=shared or None)
        except (OSError, OverflowError) as error:
            raise _cannot_listen("--listen", host, port, error) from None
        stack.push_async_callback(self._close_receiver, listener)
        self._base = _base(listener.sockets[0].getsockname())

    async def _close_receiver(self, listener: asyncio.Server) -> None:
        """No call is answered after this, and none that was answered is unwritten."""
        listener.close()
        self._server.pre_shutdown()
        await self._server.shutdown(GRACE_S)
        self._intake.flush()
        self._gauges.report()
        self._history.close()

    async def _open_control(self, stack: AsyncExitStack) -> str:
        host, port = self._settings.control
        runner = web.AppRunner(self._control.application(), access_log=None, shutdown_timeout=GRACE_S)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, OverflowError) as error:
            raise _cannot_listen("--control", host, port, error) from None
        return _base(runner.addresses[0])

    def _announcement(self, control_url: str) -> Announcement:
        return {
            "url": self._base + self._endpoints.home,
            "registered_url": self._public(self._endpoints.home),
            "control_url": control_url,
            "control_token": self._control_token,
            "pid": os.getpid(),
        }

    def _public(self, path: str) -> str:
        """Where the target reaches a path of ours."""
        return (self._settings.public_url or self._base).rstrip("/") + path

    def _open(self, name: str, suffix: str) -> str:
        return self._public(self._endpoints.open(name, suffix))

    def _fail(self, error: OSError) -> None:
        self._failure = error
        self._ending.set()


def _request_factory(body_limit: int) -> Callable[..., web.BaseRequest]:
    def make(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=body_limit)

    return make


def _open_journal(settings: Settings) -> JournalWriter | None:
    if settings.journal is None:
        return None
    header = header_now(settings.run, settings.phase, settings.role)
    try:
        return JournalWriter(settings.journal, header, Redactor(*settings.secrets))
    except OSError as error:
        raise UsageError(f"the sink cannot write {settings.journal}: {error.strerror}") from None


def _cannot_listen(option: str, host: str, port: int, error: Exception) -> UsageError:
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return UsageError(f"{option}: the sink cannot listen on {host}:{port} ({reason}); give another HOST:PORT")


def _base(bound: tuple[Any, ...]) -> str:
    """A URL under which this machine reaches a listener that is bound to the socket address `bound`."""
    host, port = bound[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"

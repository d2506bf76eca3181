"""The master's side of a meeting: an HTTP listener at which workers of other machines join, and deliver their journals.

Bearer token on all. A member asks for `/clock`, is told by the answer to each sign of life what to do, and delivers its
journal by the place where each piece belongs, so that a piece that was sent twice is written once.
"""

import asyncio
import hmac
import json
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import hdrs, web

from harness import __version__
from harness.errors import CouldNotRun, UsageError
from harness.events import Compared
from harness.load.remote.meeting import Meeting
from harness.load.remote.outpost import Outpost
from harness.load.remote.shipment import LOAD
from harness.processes.interrupt import Interrupt

CHECK_S = 0.1
START_S = 10.0
FAREWELL_S = 2.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rendezvous:
    """Listens from `open` to `close`. `brief` is what every member is told, as JSON data; `parts` are the files in
    which their journals end up, one for each that is expected."""

    def __init__(self, meeting: Meeting, brief: Mapping[str, Any], parts: Sequence[Path]) -> None:
        self._meeting = meeting
        self._brief = brief
        self._parts = parts
        self._expected = f"Bearer {meeting.token.reveal()}".encode()
        self.members: list[Outpost] = []
        self._came: list[Outpost] = []
        self._go = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="rendezvous", daemon=True)
        self._listening = threading.Event()
        self._trouble: OSError | None = None

    def open(self) -> None:
        """Raises UsageError where it cannot listen."""
        self._thread.start()
        if not self._listening.wait(START_S) or self._trouble:
            where = f"--master {self._meeting.host}:{self._meeting.port}"
            raise UsageError(f"{where}: {getattr(self._trouble, 'strerror', None) or 'cannot listen there'}")

    def gather(self, interrupt: Interrupt) -> bool:
        """Waits until all are there, and lets them begin; False where it is interrupted, and they are sent away.

        Raises CouldNotRun where they do not come.
        """
        deadline = time.monotonic() + self._meeting.patience_s
        expected, there = len(self._parts), -1
        while not interrupt.requested and time.monotonic() < deadline:
            if there != (there := sum(member.ready and not member.exit_code for member in self.members)):
                self._meeting.say(f"load: {there} of {expected} workers are here")
            if there == expected:
                self._go = True
                return True
            time.sleep(CHECK_S)
        for member in self.members:
            member.stop(FAREWELL_S)
        if interrupt.requested:
            return False
        raise CouldNotRun(f"{there} of {expected} workers came within {self._meeting.patience_s:.0f} s")

    def compared(self) -> list[Compared]:
        """How far the clocks of the members' machines could be compared with ours."""
        now = time.monotonic_ns()
        return [Compared(now, each.source, each.host, *each.clock) for each in self.members if each.clock]

    def close(self) -> None:
        """Ends it. Safe to repeat."""
        if self._loop.is_running():
            self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread.is_alive():
            self._thread.join(START_S)
        for member in self.members:
            member.close()

    def __enter__(self) -> "Rendezvous":
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        application = web.Application(middlewares=[self._authenticate], client_max_size=2 * LOAD)
        application.router.add_get("/clock", self._clock)
        application.router.add_post("/members", self._join)
        application.router.add_post("/members/{ticket}", self._sign_of_life)
        application.router.add_post("/members/{ticket}/journal", self._journal)
        application.router.add_post("/members/{ticket}/end", self._end)
        runner = web.AppRunner(application, access_log=None)
        try:
            self._loop.run_until_complete(runner.setup())
            site = web.TCPSite(runner, self._meeting.host, self._meeting.port)
            try:
                self._loop.run_until_complete(site.start())
            except OSError as error:
                self._trouble = error
                return
            finally:
                self._listening.set()
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(runner.cleanup())
            self._loop.close()

    @web.middleware
    async def _authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._expected):
            return web.json_response({"error": "the join token is missing or wrong"}, status=401)
        try:
            return await handler(request)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            return web.json_response({"error": "that is nothing that a member says"}, status=400)

    async def _clock(self, _request: web.Request) -> web.Response:
        return web.json_response({"at": time.monotonic_ns()})

    async def _join(self, request: web.Request) -> web.Response:
        said = await _json(request)
        if said["version"] != __version__:
            told = f"this is harness {__version__}, and the worker is {said['version']}: install the same"
            return web.json_response({"error": told}, status=409)
        number = self._seat()
        if number is None:
            return web.json_response({"error": f"all {len(self._parts)} workers are here already"}, status=409)
        member = Outpost(number, str(said["host"]), self._parts[number])
        self.members[number : number + 1] = [member]
        self._came.append(member)
        return web.json_response({"number": number, "ticket": len(self._came) - 1, "brief": self._brief})

    def _seat(self) -> int | None:
        """A free one. Until the run begins, that of a member who is gone is free again."""
        gone = (number for number, member in enumerate(self.members) if not self._go and member.exit_code is not None)
        unused = len(self.members) if len(self.members) < len(self._parts) else None
        return next(gone, unused)

    async def _sign_of_life(self, request: web.Request) -> web.Response:
        member, said = self._member(request), await _json(request)
        member.hear(said.get("clock"))
        return web.json_response({"go": self._go, "leave": member.asked_to_leave})

    async def _journal(self, request: web.Request) -> web.Response:
        member = self._member(request)
        if not self._go:
            raise ValueError
        return web.json_response({"size": member.take(int(request.query["from"]), await request.read())})

    async def _end(self, request: web.Request) -> web.Response:
        member, said = self._member(request), await _json(request)
        member.end(int(said["exit_code"]), str(said["how"]), str(said["last_words"]))
        return web.json_response({})

    def _member(self, request: web.Request) -> Outpost:
        ticket = int(request.match_info["ticket"])
        if ticket < 0:
            raise IndexError
        member = self._came[ticket]
        if member not in self.members:
            raise ValueError  # it was given up, and another has its seat
        return member


async def _json(request: web.Request) -> Any:
    return json.loads(await request.read())

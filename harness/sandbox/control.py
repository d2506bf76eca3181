"""The control port: what really happened, and the few things that only time or an operator could do.

Always on loopback, and of no use to a web page: it answers to loopback names only, and a POST must be JSON.

    GET  /log?since=N   the ground-truth log as NDJSON, entries numbered above N (default 0: from the first)
    GET  /state         counts, as JSON
    POST /reset         forgets sessions, registrations, pending replies, the limiter's counts and the log; keys stay
    POST /clock         {"advance_s": SECONDS}: the time that sessions and limiters live by moves forward
    POST /limiters      {"limiters": [POLICY, ...]}: from now on these limit, unused yet; an empty list: nothing does.
                        A policy is a line as `--limiter` takes it, or {"family": "fixed_window", "limit": 14, ...}
"""

import asyncio
import contextlib
import json
import math
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from harness.sandbox.limiter.limiter import Limiter
from harness.sandbox.limiter.reading import policy_from
from harness.sandbox.services import Services
from harness.sandbox.webhooks import is_loopback

# So many entries are rendered at a time before others get their turn.
LINES_AT_ONCE = 200
# Ten years: enough for any session, and no clock overflows.
LONGEST_STEP_S = 10 * 365 * 86_400


def control_app(services: Services) -> web.Application:
    """The control API over what the sandbox works with."""
    control = Control(services)
    app = web.Application(middlewares=[guard], client_max_size=4096)
    app.router.add_get("/log", control.log)
    app.router.add_get("/state", control.state)
    app.router.add_post("/reset", control.reset)
    app.router.add_post("/clock", control.clock)
    app.router.add_post("/limiters", control.limiters)
    return app


@web.middleware
async def guard(request: web.Request, handler: Any) -> web.StreamResponse:
    """Keeps web pages out, and turns aiohttp's own errors into JSON."""
    if not is_loopback(_hostname(request)):
        return _error(403, "control answers to loopback names only")
    if request.method == "POST" and request.content_type != "application/json":
        return _error(415, "send Content-Type: application/json")
    try:
        response: web.StreamResponse = await handler(request)
    except web.HTTPException as error:
        return _error(error.status, error.reason)
    return response


class Control:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def log(self, request: web.Request) -> web.StreamResponse:
        """Ends with the entry that was the last when it was asked."""
        truth = self._services.truth
        since = request.query.get("since", "0")
        if not (since.isascii() and since.isdigit() and len(since) < 19):
            return _error(400, "since must be the number of an entry")
        last = truth.last
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", "Log-Last": str(last)})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):  # whoever asked has read enough
            await self._write(response, int(since), last)
            await response.write_eof()
        return response

    async def _write(self, response: web.StreamResponse, reached: int, last: int) -> None:
        """The entries from the one after `reached` to the last, a few at a time."""
        truth = self._services.truth
        while reached < last:
            until = min(last, max(reached, truth.first - 1) + LINES_AT_ONCE)
            await response.write(b"".join(truth.lines(reached, until)))
            await asyncio.sleep(0)  # a write need not wait, and so gives nobody a turn
            reached = until

    async def state(self, request: web.Request) -> web.Response:
        services = self._services
        limiters = services.limiter.state(services.console.clean) if services.limiter else []
        log = {"first": services.truth.first, "last": services.truth.last, "dropped": services.truth.dropped}
        return web.json_response(
            {
                "sessions": len(services.sessions),
                "webhooks": len(services.webhooks),
                "pending_replies": services.dispatcher.pending,
                "clock_advanced_s": services.clock.skipped_s,
                "limiter": limiters[0] if limiters else None,
                "limiters": limiters,
                "faults": list(services.config.faults),
                "variants": list(services.config.variants),
                "sender": services.config.sender.told(),
                "log": log,
            }
        )

    async def reset(self, request: web.Request) -> web.Response:
        services = self._services
        services.dispatcher.forget()
        services.sessions.clear()
        services.webhooks.clear()
        if services.limiter:
            services.limiter.clear()
        services.truth.forget()
        services.console.line("reset by control")
        return web.json_response({"last": services.truth.last})

    async def clock(self, request: web.Request) -> web.Response:
        try:
            seconds = _number(json.loads(await request.read())["advance_s"])
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
            return _error(400, 'send {"advance_s": SECONDS}')
        if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_STEP_S):
            return _error(400, f"advance_s is from 0 to {LONGEST_STEP_S}: the clock only moves forward")
        self._services.clock.advance(seconds)
        self._services.console.line(f"the clock was moved forward by {seconds:g} s")
        return web.json_response({"advanced_s": self._services.clock.skipped_s})

    async def limiters(self, request: web.Request) -> web.Response:
        try:
            told = json.loads(await request.read())["limiters"]
            if not isinstance(told, list) or not all(isinstance(each, str | dict) for each in told):
                raise TypeError("no list of policies")
        except (ValueError, TypeError, KeyError, RecursionError):
            return _error(400, 'send {"limiters": ["fixed-window limit=14 window=3s", ...]}')
        try:
            policies = [policy_from(each) for each in told]
        except ValueError as error:
            return _error(400, str(error))
        self._services.limiter = Limiter(policies) if policies else None
        self._services.console.line(f"{len(policies) or 'no'} limiter(s) from now on")
        return web.json_response({"limiters": [policy.described() for policy in policies]})


def _number(value: Any) -> float:
    """A JSON number as one. Raises TypeError for anything else, `true` and "5" included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    return float(value)


def _hostname(request: web.Request) -> str | None:
    """The name that it was reached by, without the port."""
    try:
        return urlsplit(f"//{request.host}").hostname
    except ValueError:
        return None


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"status": status, "message": message}, status=status)

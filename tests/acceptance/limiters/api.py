"""`python -m tests.acceptance.limiters.api PORT KIND LIMIT WINDOW_S`: sessions and messages behind a Python limiter.

KIND names one of LIMITERS, or "none" where something else stands before it.
"""

import asyncio
import sys
import uuid
from collections.abc import Callable

import limits
from aiohttp import web
from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate
from pyrate_limiter import FixedWindow as PyrateFixedWindow

Admit = Callable[[str], bool]


def _limits(strategy: type[limits.strategies.RateLimiter], limit: int, window_s: int) -> Admit:
    limiter, item = strategy(limits.storage.MemoryStorage()), limits.RateLimitItemPerSecond(limit, window_s)
    return lambda key: limiter.hit(item, key)


def _pyrate(limit: int, window_s: int, **algorithm: object) -> Admit:
    limiters: dict[str, Limiter] = {}

    def admit(key: str) -> bool:
        if key not in limiters:
            limiters[key] = Limiter(InMemoryBucket([Rate(limit, Duration.SECOND * window_s)], **algorithm))
        return limiters[key].try_acquire(key, blocking=False)

    return admit


LIMITERS: dict[str, Callable[[int, int], Admit]] = {
    "limits-fixed": lambda limit, window_s: _limits(limits.strategies.FixedWindowRateLimiter, limit, window_s),
    "limits-moving": lambda limit, window_s: _limits(limits.strategies.MovingWindowRateLimiter, limit, window_s),
    "limits-sliding": lambda limit, window_s: _limits(
        limits.strategies.SlidingWindowCounterRateLimiter, limit, window_s
    ),
    "pyrate": _pyrate,
    "pyrate-fixed": lambda limit, window_s: _pyrate(limit, window_s, algorithm=PyrateFixedWindow()),
    "none": lambda limit, window_s: lambda key: True,
}


def application(admit: Admit) -> web.Application:
    sessions: set[str] = set()

    @web.middleware
    async def limited(request: web.Request, handler: Callable[..., object]) -> web.StreamResponse:
        if not admit(request.headers.get("Authorization", "")):
            return web.json_response({"message": "Too many requests."}, status=429)
        return await handler(request)  # type: ignore[misc]

    async def open_session(request: web.Request) -> web.Response:
        session = uuid.uuid4().hex
        sessions.add(session)
        return web.json_response({"sessionId": session, "userId": uuid.uuid4().hex})

    async def take_message(request: web.Request) -> web.Response:
        await request.read()
        if request.match_info["session"] not in sessions:
            return web.json_response({"message": "There is no such session."}, status=404)
        return web.json_response({})

    app = web.Application(middlewares=[limited])
    app.router.add_post("/v1/sessions", open_session)
    app.router.add_post("/v1/sessions/{session}/messages", take_message)
    app.router.add_post("/v1/webhooks", lambda request: web.json_response({}))
    return app


async def serve(port: int, admit: Admit) -> None:
    runner = web.AppRunner(application(admit), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), LIMITERS[sys.argv[2]](int(sys.argv[3]), int(sys.argv[4]))))

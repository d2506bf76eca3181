"""Probes that many faults have in common, each made from what it looks for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.sandbox.process import KEY, session_body
from tests.sandbox.site import Got, Heard, Site

Probe = Callable[[Site], Awaitable[bool]]
REGISTRATION = {"url": "http://127.0.0.1:9/", "event": "message"}
VALID = {"/v1/sessions": session_body(), "/v1/webhooks": REGISTRATION}
HANGS_S = 2.0
UNKNOWN = "/v1/sessions/0123456789abcdef0123456789abcdef/messages"


def answer(request: Callable[[Site], Awaitable[Got]], shows: Callable[[Got], bool]) -> Probe:
    """The answer to one request."""

    async def probe(site: Site) -> bool:
        return shows(await request(site))

    return probe


def status(request: Callable[[Site], Awaitable[Got]], *expected: int) -> Probe:
    return answer(request, lambda got: got.status in expected)


def customer(expected: int = 400, **fields: Any) -> Probe:
    """A session for a customer with these fields is answered so."""
    return status(lambda site: site.creation(**fields), expected)


def content(text: Any, expected: int = 400) -> Probe:
    """A message of this content is answered so."""

    async def probe(site: Site) -> bool:
        return (await site.send(await site.create(), text)).status == expected

    return probe


def without(operation: str, part: str) -> Probe:
    """The operation is accepted although this part of it is missing."""
    return raw_body(operation, lambda body: {name: value for name, value in body.items() if name != part})


def with_value(operation: str, part: str, value: Any) -> Probe:
    """The operation is accepted although this part of it has that value."""
    return raw_body(operation, lambda body: {**body, part: value})


def raw_body(operation: str, change: Callable[[dict[str, Any]], Any], *expected: int) -> Probe:
    """The operation with another body, of bytes or of JSON, is answered so: accepted, unless told otherwise."""

    async def probe(site: Site) -> bool:
        path, body = await whole(site, operation)
        return (await site.post(path, change(body))).status in (expected or (200,))

    return probe


async def whole(site: Site, operation: str) -> tuple[str, dict[str, Any]]:
    """The path and the body of a request that is as it should be."""
    match operation:
        case "createSession":
            return "/v1/sessions", session_body()
        case "sendMessage":
            return f"/v1/sessions/{await site.create()}/messages", {"content": "Hello world"}
        case _:
            return "/v1/webhooks", REGISTRATION


def heard(shows: Callable[[Heard], bool], text: str = "Hello world", path: str = "") -> Probe:
    """The first reply to a message."""

    async def probe(site: Site) -> bool:
        await site.register(path)
        return shows(await site.reply_to(text))

    return probe


def some_heard(shows: Callable[[Heard], bool], messages: int = 5) -> Probe:
    """One of the replies of a session: some faults need characters that not all of them have."""

    async def probe(site: Site) -> bool:
        await site.register()
        session_id = await site.create()
        return any([shows(await site.reply_to(session_id=session_id)) for _ in range(messages)])

    return probe


def unanswered(*texts: str) -> Probe:
    """Not every message of one session has got a reply when no more is on its way."""

    async def probe(site: Site) -> bool:
        await site.register()
        session_id = await site.create()
        statuses = [(await site.send(session_id, text)).status for text in texts]
        return set(statuses) == {200} and len(await site.settled()) < len(texts)

    return probe


async def at_once(site: Site, number: int, key: str = KEY) -> list[Got]:
    """So many requests for a session, all under way together."""
    return list(await asyncio.gather(*(site.creation(key) for _ in range(number))))


async def broken(request: Awaitable[Any]) -> bool:
    """Whether it got no answer: the connection ended, or nothing came for a long time."""
    try:
        async with asyncio.timeout(HANGS_S):
            await request
    except (aiohttp.ClientError, TimeoutError):
        return True
    return False

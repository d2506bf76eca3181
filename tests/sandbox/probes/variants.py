"""What is peculiar about each conforming variant, seen from outside."""

import asyncio
import time
from email.utils import parsedate_to_datetime

from aiohttp import web

from harness.sandbox.replies import AGENT_LINES
from tests.sandbox.probes.limits import beyond, limited
from tests.sandbox.probes.sight import UNKNOWN, answer, content, customer, heard, raw_body, status
from tests.sandbox.process import OTHER_KEY
from tests.sandbox.site import TTL_S, Site


async def answered_in(site: Site):
    await site.register()
    sent = time.monotonic()
    await site.reply_to()
    return time.monotonic() - sent


async def slow_replies(site: Site):
    return await answered_in(site) >= 1.0


async def by_date(site: Site):
    got = await beyond(site)
    if got is None or "RateLimit-Limit" in got.headers or got.headers["Retry-After"].isdigit():
        return False
    wait_s = parsedate_to_datetime(got.headers["Retry-After"]).timestamp() - time.time()
    return 0 < wait_s <= 2


async def heard_of(site: Site, messages=1):
    """What arrives for so many messages of a session."""
    await site.register()
    session_id = await site.create()
    for number in range(messages):
        await site.send(session_id, f"number {number}")
    return await site.settled()


async def several_replies(site: Site):
    contents = [call.data["content"] for call in await heard_of(site)]
    return 2 <= len(set(contents)) == len(contents) <= 3


async def at_least_once(site: Site):
    return len(await heard_of(site, 4)) == 5


async def webhook_first(site: Site):
    await site.register()
    sending = asyncio.create_task(site.send(await site.create()))
    await site.hear(1)
    early = not sending.done()
    return (await sending).status == 200 and early


async def accumulating(site: Site):
    for path in ("/a", "/b", "/c", "/b"):
        await site.register(path)
    await site.send(await site.create())
    return sorted(call.path for call in await site.settled()) == ["/Hook/a", "/Hook/b", "/Hook/c"]


async def same_user(site: Site):
    first, second, other = [await site.creation(**fields) for fields in ({}, {}, {"firstName": "Ann"})]
    known = first.told("userId") == second.told("userId") != other.told("userId")
    return known and first.told("sessionId") != second.told("sessionId")


async def greeting(site: Site):
    await site.register()
    session_id = await site.create()
    return [call.data["sessionId"] for call in await site.settled()] == [session_id]


async def echo(site: Site):
    return [call.data["content"] for call in await heard_of(site)] == ["number 0"]


async def constant_text(site: Site):
    return len({call.data["content"] for call in await heard_of(site, 3)}) == 1


async def human_steps_in(site: Site):
    said = [(call.data["participantType"], call.data["content"] in AGENT_LINES) for call in await heard_of(site, 3)]
    return said == [("bot", False), ("bot", False), ("agent", True)]


async def no_retries(site: Site):
    async def fail(call):
        return web.Response(status=500)

    await site.register()
    site.webhook.answer = fail
    await site.send(await site.create())
    await site.hear(1)
    while (await site.state())["pending_replies"] and len(site.webhook.heard) < 2:
        await asyncio.sleep(0.01)
    return len(site.webhook.heard) == 1


async def head_of_line(site: Site):
    """A session whose call gets no answer holds up another's: it is called again first."""
    release = asyncio.Event()

    async def hold(call):
        if call.data["sessionId"] == stuck:
            await release.wait()
        return web.Response()

    await site.register()
    stuck, other = await site.create(), await site.create()
    site.webhook.answer = hold
    await site.send(stuck)
    await site.hear(1)
    await site.send(other)
    second = (await site.hear(2))[1]
    release.set()
    return second.data["sessionId"] == stuck


def foreign(expected):
    async def probe(site: Site):
        return (await site.send(await site.create(), key=OTHER_KEY)).status == expected

    return probe


async def absolute_expiry(site: Site):
    session_id = await site.create()
    statuses = []
    for _ in range(4):
        await site.advance(TTL_S / 3)
        statuses.append((await site.send(session_id)).status)
    return statuses == [200, 200, 404, 404]


def creation(shows):
    return answer(lambda site: site.creation(), shows)


def missing(shows):
    return answer(lambda site: site.ask("GET", "/elsewhere"), shows)


PROBES = {
    "slow-replies": slow_replies,
    "limited": limited(lambda got: got.status == 429 and got.headers["Retry-After"].isdigit()),
    "limited-by-date": by_date,
    "dashed-ids": creation(lambda got: got.told("sessionId").count("-") == got.told("userId").count("-") == 4),
    "prefixed-ids": creation(lambda got: got.told("sessionId").startswith("sess_")),
    "extra-fields": heard(lambda call: "messageId" in call.data and "version" in call.event),
    "several-replies": several_replies,
    "at-least-once": at_least_once,
    "webhook-first": webhook_first,
    "registrations-accumulate": accumulating,
    "proxy-pages": missing(lambda got: (got.status, got.headers["Content-Type"]) == (404, "text/html")),
    "key-for-any-path": missing(lambda got: got.status == 401),
    "connections-closed": creation(lambda got: got.headers.get("Connection") == "close"),
    "registration-204": answer(lambda site: site.register(), lambda got: (got.status, got.raw) == (204, b"")),
    "registration-201": status(lambda site: site.register(), 201),
    "same-user": same_user,
    "strict": raw_body("createSession", lambda body: {**body, "extra": 1}, 400),
    "lenient": content(" ", 200),
    "greeting": greeting,
    "echo": echo,
    "constant-text": constant_text,
    "human-steps-in": human_steps_in,
    "no-retries": no_retries,
    "head-of-line": head_of_line,
    "foreign-session-403": foreign(403),
    "foreign-session-401": foreign(401),
    "problem-json": answer(
        lambda site: site.post(UNKNOWN, {"content": "x"}),
        lambda got: got.headers["Content-Type"] == "application/problem+json" and "title" in got.body,
    ),
    "pretty-json": creation(lambda got: got.raw.startswith(b'{\n    "status": 200')),
    "chunked-answers": creation(lambda got: got.headers.get("Transfer-Encoding") == "chunked"),
    "absolute-expiry": absolute_expiry,
}

# What `strict` refuses, and the plain sandbox accepts.
OPEN_POINTS = {
    "a customer field that is missing": raw_body("createSession", lambda body: {**body, "customer": {}}, 400),
    "a customer field that is null": customer(unitNumber=None),
    "a customer field that is blank": customer(unitNumber=" "),
    "a phone number without a country": customer(phoneNumber="5551234"),
    "an unknown source": raw_body("createSession", lambda body: {**body, "source": "pigeon"}, 400),
    "a key that comes twice": raw_body("sendMessage", lambda body: b'{"content": "x", "content": "y"}', 400),
    "a control character": content("a\0b"),
    "a lone surrogate": content("a\ud800b"),
    "a text beyond 4,096 characters": content("x " * 2049),
    "deep nesting": raw_body(
        "sendMessage", lambda body: {**body, "content": "x", "extra": [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}, 400
    ),
}
# What `lenient` accepts, and the plain sandbox refuses.
OTHER_OPEN_POINTS = {
    "an empty text": content("", 200),
    "another client's id": raw_body("createSession", lambda body: {**body, "clientId": "somebody"}),
    "an unknown event": raw_body("registerWebhook", lambda body: {**body, "event": "typing"}),
    "a blank source": raw_body("createSession", lambda body: {**body, "source": " "}),
    "a text beyond 10,000 characters": content("x " * 5001, 200),
}

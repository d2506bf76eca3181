"""HOOK-1, HOOK-3 and most of RPL-*: registrations, and whether, when and where replies come."""

import asyncio

from aiohttp import web

from tests.sandbox.probes.sight import heard, status, unanswered
from tests.sandbox.process import OTHER_KEY
from tests.sandbox.site import TTL_S, Site


async def registered_again(site: Site, *paths):
    return [(await site.register(path)).status for path in paths]


async def again_409(site: Site):
    return await registered_again(site, "/a", "/b") == [200, 409]


async def again_500(site: Site):
    return await registered_again(site, "/a", "/b", "/b") == [200, 200, 500]


async def first_wins(site: Site):
    accepted = await registered_again(site, "/a", "/b") == [200, 200]
    return accepted and (await site.reply_to()).path == "/Hook/a"


async def bound_to_session(site: Site):
    await site.register("/a")
    session_id = await site.create()
    await site.register("/b")
    return [(await site.reply_to(session_id=chosen)).path for chosen in (session_id, None)] == ["/Hook/a", "/Hook/b"]


async def wiped(site: Site):
    await site.register()
    await site.post("/v1/webhooks", {"event": "message"})
    await site.send(await site.create())
    return await site.settled() == []


async def spoken_to(site: Site, *texts, sessions=1):
    """What arrived by the end, each message having been sent once the reply to the one before it was settled."""
    await site.register()
    ids = [await site.create() for _ in range(sessions)]
    for number, text in enumerate(texts):
        await site.send(ids[number % sessions], text)
        await site.settled()
    return site.webhook.heard


async def lost_after_fifteen(site: Site):
    return len(await spoken_to(site, *"abcdefghijklmnopqr")) == 15


async def one_in_twenty_lost(site: Site):
    return len(await spoken_to(site, *["x"] * 20)) == 19


async def same_text_unanswered(site: Site):
    return len(await spoken_to(site, "x", "x", "x", "y", sessions=2)) == 3


async def misrouted(site: Site):
    """Replies of sessions that take turns tell another's session or user."""
    await site.register()
    known = {body["sessionId"]: body["userId"] for body in [(await site.creation()).body for _ in range(2)]}
    for session_id in [*known, *known]:
        data = (await site.reply_to(session_id=session_id)).data
        if data["sessionId"] != session_id:
            return "session"
        if data["userId"] != known[session_id]:
            return "user"
    return ""


async def wrong_session(site: Site):
    return await misrouted(site) == "session"


async def wrong_user(site: Site):
    return await misrouted(site) == "user"


async def crowded(site: Site):
    """What is wrong with the ids of replies to sessions that talk at once, after one that talks alone."""
    await site.register()
    known = {body["sessionId"]: body["userId"] for body in [(await site.creation()).body for _ in range(6)]}
    alone = (await site.reply_to(session_id=next(iter(known)))).data
    assert known[alone["sessionId"]] == alone["userId"]
    await asyncio.gather(*(site.send(session_id) for session_id in known))
    crowd = [each.data for each in (await site.settled())[1:]]
    sessions, users = {data["sessionId"] for data in crowd}, {data["userId"] for data in crowd}
    return len(sessions) < 6, len(users) < 6


async def session_in_crowd(site: Site):
    return await crowded(site) == (True, False)


async def user_in_crowd(site: Site):
    return await crowded(site) == (False, True)


def answered_although(refused, expected):
    """A message that is refused with this status gets a reply."""

    async def probe(site: Site):
        await site.register()
        got = await refused(site, await site.create())
        return (got.status, len(await site.settled())) == (expected, 1)

    return probe


async def after_expiry(site: Site, session_id):
    await site.advance(TTL_S + 1)
    return await site.send(session_id)


async def repeated(site: Site):
    await site.register()
    await site.send(await site.create())
    await site.hear(1)
    while (await site.state())["pending_replies"] and len(site.webhook.heard) < 4:
        await asyncio.sleep(0.01)
    return len(site.webhook.heard) == 4 and len({each.raw for each in site.webhook.heard}) == 1


async def out_of_order(site: Site):
    await site.register()
    session_id = await site.create()
    for text in ("one", "two"):
        await site.send(session_id, text)
    first, second = [each.data["content"] for each in await site.settled()]
    return (first, second) == ("Thanks for your message. Could you tell me a little more?",
                               "Hi, I'm a Travtus Teammate, how can I help?")  # fmt: skip


def silent_after(failure):
    """After one call that failed no other is made, until something is registered again."""

    async def probe(site: Site):
        await site.register()
        usual = site.webhook.answer

        async def fail_once(arrival):
            site.webhook.answer = usual
            return await failure(arrival)

        site.webhook.answer = fail_once
        for _ in range(2):
            await site.send(await site.create())
            await site.settled()
        silent = len(site.webhook.heard) == 1
        await site.register()
        await site.reply_to()
        return silent

    return probe


async def answer_500(arrival):
    return web.Response(status=500)


async def answer_late(arrival):
    await asyncio.sleep(1.0)
    return web.Response()


async def answer_by_reset(arrival):
    return None


async def agent_told_as_bot(site: Site):
    await site.register()
    return (await site.reply_to("speak to a human")).data["participantType"] == "bot"


REGISTRATIONS = {
    "registration-redirects": status(lambda site: site.register(), 303),
    "registration-query-refused": status(lambda site: site.register("?token=x"), 400),
    "registered-again-409": again_409,
    "registered-again-500": again_500,
    "first-registration-wins": first_wins,
    "registration-bound-to-session": bound_to_session,
    "registration-wiped": wiped,
    "registration-lost": lost_after_fifteen,
}
COMING = {
    "no-webhook": unanswered("x"),
    "replies-lost-now-and-then": one_in_twenty_lost,
    "second-message-unanswered": unanswered("x", "y"),
    "long-message-unanswered": unanswered("x" * 1001),
    "non-ascii-message-unanswered": unanswered("è"),
    "same-text-unanswered": same_text_unanswered,
    "webhook-query-dropped": heard(lambda call: call.path == "/Hook", path="?a=b"),
    "webhook-path-in-lower-case": heard(lambda call: call.path == "/hook?a=b", path="?a=b"),
    "webhook-slash-added": heard(lambda call: call.path == "/Hook/?a=b", path="?a=b"),
    "misrouted": wrong_session,
    "wrong-user": wrong_user,
    "misrouted-in-crowd": session_in_crowd,
    "wrong-user-in-crowd": user_in_crowd,
    "invalid-answered": answered_although(lambda site, session_id: site.send(session_id, 5), 400),
    "unauthorized-answered": answered_although(lambda site, session_id: site.send(session_id, key="wrong"), 401),
    "foreign-answered": answered_although(lambda site, session_id: site.send(session_id, key=OTHER_KEY), 404),
    "expired-answered": answered_although(after_expiry, 404),
    "replies-repeated": repeated,
    "replies-out-of-order": out_of_order,
    "silent-after-500": silent_after(answer_500),
    "silent-after-timeout": silent_after(answer_late),
    "silent-after-reset": silent_after(answer_by_reset),
    "agent-silent": unanswered("speak to a human"),
    "agent-told-as-bot": agent_told_as_bot,
}
PROBES = {**REGISTRATIONS, **COMING}

"""Whose quota a request uses up, and which requests use up any."""

import aiohttp
import pytest

from tests.sandbox.limiter.visits import LONG, ONE, log, set_limiters, statuses
from tests.sandbox.process import OTHER_KEY
from tests.sandbox.site import Site, at_site


async def message(site: Site):
    return (await site.send("unknown")).status


async def other_session(site: Site):
    return (await site.send("another")).status


async def other_key(site: Site):
    return (await site.send("unknown", key=OTHER_KEY)).status


async def creation(site: Site):
    return (await site.post("/v1/sessions", {})).status


async def other_keys_creation(site: Site):
    return (await site.post("/v1/sessions", {}, OTHER_KEY)).status


async def other_address(site: Site):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))) as http:
        return (await Site(site.sandbox, http, site.webhook).send("unknown")).status


EVERYONE = {message, other_session, other_key, creation, other_keys_creation, other_address}
# Who is refused once a single message was sent to an unknown session.
SHARING = {
    "key": EVERYONE - {other_key, other_keys_creation},
    "session": {message, other_key, other_address},
    "address": EVERYONE - {other_address},
    "global": EVERYONE,
    "operation": {message, other_session, other_key, other_address},
    "key+operation": {message, other_session, other_address},
    "key+session": {message, other_address},
    "address+key": {message, other_session, creation},
}


@pytest.mark.parametrize("scope", SHARING)
def test_a_scope_is_shared_by_those_who_are_in_it_and_by_nobody_else(scope):
    async def refused(site: Site):
        found = set()
        for asking in EVERYONE:
            await set_limiters(site, f"{ONE} scope={scope}")
            await message(site)
            if await asking(site) == 429:
                found.add(asking)
        return found

    assert at_site(refused) == SHARING[scope]


def test_a_long_id_has_a_bucket_of_its_own_as_well():
    async def visit(site: Site):
        ids = ["x" * 1000, "x" * 999 + "y", "x" * 1000]
        return [(await site.send(each)).status for each in ids], (await site.state())["limiter"]["hits"]

    found, hits = at_site(visit, limiters=[f"{ONE} scope=session"])

    assert found == [404, 404, 429]
    assert {len(key) for key in hits} == {64}


def test_a_header_changes_nobodys_address():
    async def visit(site: Site):
        await message(site)
        return (await site.send("unknown", X_Forwarded_For="192.0.2.1")).status

    assert at_site(visit, limiters=[f"{ONE} scope=address"]) == 429


def test_a_policy_that_has_nothing_to_do_with_a_request_is_not_asked():
    async def visit(site: Site):
        await creation(site)
        return [(entry["limiter"], entry["limited_by"]) for entry in await log(site)]

    assert at_site(visit, limiters=[f"{ONE} scope=session"]) == [(None, None)]


def test_what_has_a_route_and_a_key_uses_up_quota_whatever_its_answer():
    async def visit(site: Site):
        session_id = await site.create()
        answers = [
            await site.send(session_id),
            await site.send("unknown"),
            await site.send(session_id, ""),
            await site.post("/v1/webhooks", b"{"),
            await site.send(session_id),
        ]
        return [answer.status for answer in answers]

    assert at_site(visit, limiters=[f"sliding-log limit=5 {LONG}"]) == [200, 404, 400, 400, 429]


def test_what_has_no_route_or_no_key_uses_up_nothing():
    async def visit(site: Site):
        before = [
            (await site.post("/v1/nothing", {})).status,
            (await site.ask("GET", "/v1/sessions")).status,
            (await site.send("unknown", key=None)).status,
        ]
        return before, await statuses(site, 2)

    for scope in ("key", "global", "address", "operation"):
        assert at_site(visit, limiters=[f"{ONE} scope={scope}"]) == ([404, 405, 401], [404, 429])


def test_messages_to_unknown_sessions_can_be_left_uncounted():
    async def visit(site: Site):
        session_id = await site.create()
        unknown = await statuses(site, 3)
        known = await statuses(site, 2, session_id)
        return unknown, known, await statuses(site, 1), (await site.creation()).status

    two = f"sliding-log limit=2 {LONG} counts=known-sessions"

    assert at_site(visit, limiters=[two]) == ([404] * 3, [200, 429], [404], 429)


def test_everything_can_be_counted_even_what_has_no_route_and_no_key():
    async def visit(site: Site):
        answers = [
            await site.send("unknown", key=None),
            await site.post("/v1/nothing", {}),
            await site.ask("GET", "/v1/sessions"),
            await site.send("unknown", key=None),
            await site.creation(),
        ]
        return [answer.status for answer in answers], [entry["limited_by"] for entry in await log(site)]

    everything = f"sliding-log limit=3 {LONG} scope=address counts=everything"

    assert at_site(visit, limiters=[everything]) == ([401, 404, 405, 429, 429], [None, None, None, 1, 1])

"""SES-* and MSG-1 to MSG-3, SEC-3: ids, the life of sessions, and those that are not there."""

import itertools

from tests.sandbox.probes.sight import UNKNOWN, answer, at_once, customer, status
from tests.sandbox.process import OTHER_KEY
from tests.sandbox.site import TTL_S, Site


def creation(shows):
    return answer(lambda site: site.creation(), shows)


async def ids_of(site: Site, number):
    return [(await site.creation()).body for _ in range(number)]


async def sessions_equal(site: Site, first, second):
    return await site.create(**first) == await site.create(**second)


async def same_for_customer(site: Site):
    return await sessions_equal(site, {}, {}) and not await sessions_equal(site, {}, {"firstName": "Ann"})


async def same_for_phone_number(site: Site):
    return await sessions_equal(site, {}, {"firstName": "Ann", "lastName": "Other"})


async def ids_repeat(site: Site):
    ids = [body["sessionId"] for body in await ids_of(site, 55)]
    return len(set(ids[:50])) == 50 and ids[50:] == ids[:5]


async def ids_shared(site: Site):
    return await site.create() == await site.create(OTHER_KEY)


async def shared_at_once(site: Site):
    ids = [got.told("sessionId") for got in await at_once(site, 6)]
    alone = [await site.create() for _ in range(2)]
    return len(set(ids)) < 6 and len(set(alone)) == 2


async def one_user(site: Site):
    first, second = await site.creation(), await site.creation(firstName="Ann", phoneNumber="+15550001111")
    return first.told("userId") == second.told("userId")


async def sequential(site: Site):
    numbers = [int(body["sessionId"], 16) for body in await ids_of(site, 5)]
    return all(0 < later - earlier < 5 for earlier, later in itertools.pairwise(numbers))


async def timestamps(site: Site):
    numbers = [int(body["sessionId"], 16) for body in await ids_of(site, 5)]
    return all(0 < later - earlier < 10**11 for earlier, later in itertools.pairwise(numbers))


def ends_after(most):
    async def probe(site: Site):
        session_id = await site.create()
        statuses = [(await site.send(session_id, str(number))).status for number in range(most + 1)]
        return statuses == [200] * most + [404]

    return probe


async def ends_with_400(site: Site):
    session_id = await site.create()
    await site.send(session_id, 5)
    return (await site.send(session_id)).status == 404


async def ends_with_next(site: Site):
    session_id = await site.create()
    await site.create(firstName="Ann")
    return (await site.send(session_id)).status == 404


async def latest_only(site: Site):
    first, *_, last = [body["sessionId"] for body in await ids_of(site, 21)]
    return [(await site.send(session_id)).status for session_id in (first, last)] == [404, 200]


async def milliseconds(site: Site):
    session_id = await site.create()
    await site.advance(TTL_S / 100)
    return (await site.send(session_id)).status == 404


async def not_at_once(site: Site):
    session_id = await site.create()
    early = (await site.send(session_id)).status
    while early == 404 and (await site.send(session_id)).status == 404:
        pass
    return early == 404


async def expired(site: Site):
    """The answers to two messages to a session that has expired."""
    session_id = await site.create()
    await site.advance(TTL_S + 1)
    return [await site.send(session_id) for _ in range(2)]


async def never_expires(site: Site):
    return [got.status for got in await expired(site)] == [200, 200]


async def expired_410(site: Site):
    unknown = await site.send("unknown")
    return [got.status for got in [*await expired(site), unknown]] == [410, 410, 404]


async def expired_revived(site: Site):
    return [got.status for got in await expired(site)] == [404, 200]


def unknown(shows):
    return answer(lambda site: site.post(UNKNOWN, {"content": "x"}), shows)


async def prefix_found(site: Site):
    return (await site.send((await site.create())[:16])).status == 200


def message(expected):
    async def probe(site: Site):
        return (await site.send(await site.create())).status == expected

    return probe


PROBES = {
    "created-201": creation(lambda got: (got.status, got.told("status")) == (201, 201)),
    "missing-user-id": creation(lambda got: set(got.body) == {"status", "sessionId"}),
    "empty-user-id": creation(lambda got: got.told("userId") == ""),
    "null-user-id": creation(lambda got: "userId" in got.body and got.told("userId") is None),
    "missing-session-id": creation(lambda got: set(got.body) == {"status", "id", "userId"}),
    "numeric-session-id": creation(lambda got: isinstance(got.told("sessionId"), int)),
    "same-session-for-customer": same_for_customer,
    "same-session-for-phone-number": same_for_phone_number,
    "session-ids-repeat": ids_repeat,
    "session-ids-shared-by-tenants": ids_shared,
    "concurrent-sessions-shared": shared_at_once,
    "one-user-for-all": one_user,
    "user-is-session": creation(lambda got: got.told("userId") == got.told("sessionId")),
    "sequential-ids": sequential,
    "short-ids": creation(lambda got: len(got.told("sessionId")) == 8),
    "timestamp-ids": timestamps,
    "session-works-once": ends_after(1),
    "session-takes-ten": ends_after(10),
    "session-takes-thirty": ends_after(30),
    "session-ends-with-400": ends_with_400,
    "session-ends-with-next": ends_with_next,
    "only-latest-sessions": latest_only,
    "lifetime-in-milliseconds": milliseconds,
    "session-not-at-once": not_at_once,
    "never-expires": never_expires,
    "expired-410": expired_410,
    "expired-revived": expired_revived,
    "wrong-error-code": unknown(lambda got: (got.status, got.told("errorCode")) == (404, "not_found")),
    "missing-error-code": unknown(lambda got: got.body == {"status": 404}),
    "unknown-session-400": unknown(lambda got: got.status == 400),
    "unknown-session-200": unknown(lambda got: (got.status, got.body) == (200, {"status": 200})),
    "unknown-session-created": status(lambda site: site.post(UNKNOWN, {"content": "x"}), 200),
    "session-id-prefix": prefix_found,
    "message-202": message(202),
    "message-204": message(204),
    "apostrophe-500": customer(500, unitNumber="5'"),
    "apostrophe-in-name-refused": customer(lastName="O'Brien"),
    "non-latin-name-refused": customer(firstName="李"),
    "accent-in-name-fails": customer(500, firstName="Zoë"),
    "four-byte-character-fails": customer(500, lastName="𠮷野"),
    "hyphen-in-name-refused": customer(lastName="Smith-Jones"),
    "long-name-refused": customer(lastName="Wolfeschlegelsteinhausenbergerdorff"),
    "one-letter-name-refused": customer(firstName="O"),
    "plus-in-email-refused": customer(emailAddress="darren+home@example.org"),
    "long-top-level-domain-refused": customer(emailAddress="darren@example.museum"),
    "foreign-phone-number-refused": customer(phoneNumber="+442079460000"),
    "long-address-fails": customer(500, address="5 Summer Street, " * 8),
    "letter-in-unit-number-fails": customer(500, unitNumber="B12"),
}

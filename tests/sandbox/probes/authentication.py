"""AUTH-*, SEC-1, SEC-2, SEC-5 and SEC-6: who is let in, and to what."""

import base64
import json

from tests.sandbox.probes.sight import REGISTRATION, UNKNOWN, status
from tests.sandbox.process import KEY, OTHER_KEY, session_body
from tests.sandbox.site import Site


def authorization(value, expected=200, path="/v1/sessions", body=None):
    """createSession with this header, or without one, is answered so."""
    headers = {} if value is None else {"Authorization": value}
    return status(lambda site: site.post(path, body or session_body(), None, **headers), expected)


def elsewhere(query="", body=None, **headers):
    """createSession is accepted with the key in another place."""
    return status(lambda site: site.post(f"/v1/sessions{query}", body or session_body(), None, **headers), 200)


async def messages_without_key(site: Site):
    session_id = await site.create()
    return (await site.send(session_id, key=None)).status == 200


async def refused_now_and_then(site: Site):
    return 401 in {(await site.send("unknown")).status for _ in range(45)}


async def refused_after_failure(site: Site):
    await site.creation()
    await site.post("/v1/sessions", {}, "wrong")
    statuses = [(await site.creation()).status for _ in range(2)]
    return statuses == [401, 200]


async def foreign_session_taken(site: Site):
    return (await site.send(await site.create(), key=OTHER_KEY)).status == 200


async def foreign_session_expired(site: Site):
    session_id = await site.create()
    foreign = await site.send(session_id, key=OTHER_KEY)
    return (foreign.status, (await site.send(session_id)).status) == (404, 404)


async def paths_after_both_registered(site: Site):
    """Where a reply of the first tenant goes once the second has registered as well."""
    await site.register("/mine")
    await site.register("/theirs", OTHER_KEY)
    await site.send(await site.create())
    return [heard.path for heard in await site.settled()]


async def registration_taken(site: Site):
    return await paths_after_both_registered(site) == ["/Hook/theirs"]


async def replies_copied(site: Site):
    return set(await paths_after_both_registered(site)) == {"/Hook/mine", "/Hook/theirs"}


def before_key(path, body, expected):
    return status(lambda site: site.post(path, body, "wrong"), expected)


BASIC = base64.b64encode(f"user:{KEY}".encode()).decode()

PROBES = {
    "auth-off": authorization("Bearer wrong"),
    "auth-off-for-messages": messages_without_key,
    "auth-off-for-webhooks": authorization(None, path="/v1/webhooks", body=REGISTRATION),
    "missing-key-403": authorization(None, 403),
    "wrong-key-403": authorization("Bearer wrong", 403),
    "any-key": authorization("Bearer wrong"),
    "key-prefix": authorization(f"Bearer {KEY[:-1]}"),
    "key-with-suffix": authorization(f"Bearer {KEY}x"),
    "key-in-any-case": authorization(f"Bearer {KEY.upper()}"),
    "key-without-scheme": authorization(KEY),
    "key-refused-now-and-then": refused_now_and_then,
    "key-refused-after-failure": refused_after_failure,
    "scheme-in-one-case": authorization(f"bearer {KEY}", 401),
    "any-scheme": authorization(f"Token {KEY}"),
    "basic-accepted": authorization(f"Basic {BASIC}"),
    "session-before-key": before_key(UNKNOWN, {"content": "x"}, 404),
    "foreign-session-taken": foreign_session_taken,
    "foreign-session-expired": foreign_session_expired,
    "registration-taken": registration_taken,
    "replies-copied": replies_copied,
    "key-in-query": elsewhere(f"?api_key={KEY}"),
    "key-in-cookie": elsewhere(Cookie=f"token={KEY}"),
    "key-in-other-header": elsewhere(X_API_Key=KEY),
    "key-in-body": elsewhere(body={**session_body(), "apiKey": KEY}),
    "body-before-key": before_key("/v1/sessions", b"{", 400),
    "fields-before-key": before_key("/v1/sessions", json.dumps({}).encode(), 400),
}

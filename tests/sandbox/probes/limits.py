"""RATE-*: what comes of more requests than are let in."""

import asyncio

import aiohttp

from tests.sandbox.probes.sight import Probe
from tests.sandbox.process import OTHER_KEY
from tests.sandbox.site import Got, Site

MOST = 60


async def beyond(site: Site, session_id="unknown") -> Got | None:
    """The first answer to a burst of messages that is not an ordinary one; None where there is none."""
    for _ in range(MOST):
        got = await site.send(session_id)
        if got.status not in {200, 404}:
            return got
    return None


def limited(shows) -> Probe:
    async def probe(site: Site):
        got = await beyond(site)
        return got is not None and shows(got)

    return probe


async def dropped(site: Site):
    try:
        await beyond(site)
    except aiohttp.ServerDisconnectedError:
        return True
    return False


async def retry_after_lies(site: Site):
    """Whoever comes back after as long as Retry-After says is limited again."""
    got = await beyond(site)
    if got is None or got.headers.get("Retry-After") != "1":
        return False
    await asyncio.sleep(1.0)
    return (await site.send("unknown")).status == 429


async def limited_answered(site: Site):
    await site.register()
    session_id = await site.create()
    statuses = [(await site.send(session_id)).status for _ in range(MOST)]
    return 429 in statuses and len(await site.settled()) == MOST


async def shared(site: Site):
    got = await beyond(site)
    return got is not None and (await site.send("unknown", key=OTHER_KEY)).status == 429


PROBES = {
    "limited-503": limited(lambda got: got.status == 503),
    "limited-403": limited(lambda got: got.status == 403),
    "limited-dropped": dropped,
    "limited-html": limited(lambda got: got.headers["Content-Type"] == "text/html"),
    "limited-without-retry-after": limited(lambda got: got.status == 429 and "Retry-After" not in got.headers),
    "limited-retry-after-garbage": limited(lambda got: got.headers.get("Retry-After") == "soon"),
    "limited-retry-after-lies": retry_after_lies,
    "limited-answered": limited_answered,
    "limit-shared": shared,
}

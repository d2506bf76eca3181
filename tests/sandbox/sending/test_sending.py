"""A sandbox sends its webhook calls by the policy that it was told."""

import itertools
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from harness.sandbox.sending.reading import sender_policy_from
from tests.sandbox.site import Heard, Site, at_site

CALM = "first=50ms retry=constant jitter=0 "


def by(policy: str, visit: Callable[[Site], Any]) -> Any:
    return at_site(visit, sender=sender_policy_from(policy))


def answering(*statuses: int, **headers: str) -> Callable[[Heard], Any]:
    """These statuses in turn, then 200."""
    left = itertools.chain(statuses, itertools.repeat(200))

    async def answer(_: Heard) -> web.Response:
        status = next(left)
        return web.Response(status=status, headers=headers if status != 200 else {})

    return answer


async def contents(site: Site) -> list[str]:
    return [heard.data["content"] for heard in await site.settled()]


def test_only_an_accepted_status_ends_it():
    async def visit(site: Site) -> int:
        site.webhook.answer = answering(202, 404, 404)
        await site.register()
        await site.reply_to()
        return len(await site.settled())

    assert by(CALM + "accepted=200+404", visit) == 2
    assert by(CALM + "accepted=200", visit) == 4
    assert by("retry=none accepted=200", visit) == 1


def test_retry_after_is_obeyed_by_who_obeys():
    async def visit(site: Site) -> float:
        site.webhook.answer = answering(503, **{"Retry-After": "1"})
        await site.register()
        await site.reply_to()
        await site.settled()
        attempts = [entry for entry in await log(site) if entry["kind"] == "attempt"]
        return (attempts[1]["started_ns"] - attempts[0]["finished_ns"]) / 1e9

    assert by(CALM + "retry-after=obey", visit) >= 1
    assert by(CALM, visit) < 0.5


def test_a_redirect_is_followed_once_with_the_same_request_where_its_status_keeps_it():
    async def redirected(site: Site, status: int) -> list[tuple[str, str, bytes]]:
        async def answer(heard: Heard) -> web.Response:
            elsewhere = {"Location": "/elsewhere"}
            return web.Response(status=status, headers=elsewhere) if heard.path == "/Hook" else web.Response()

        site.webhook.answer = answer
        await site.register()
        await site.reply_to()
        return [(heard.method, heard.path, heard.raw) for heard in await site.settled()]

    for status, method in ((307, "POST"), (308, "POST"), (301, "GET"), (302, "GET")):
        first, second = by(CALM + "redirects=follow", partial(redirected, status=status))
        assert (first[:2], second[:2]) == (("POST", "/Hook"), (method, "/elsewhere"))
        assert second[2] == (first[2] if method == "POST" else b"")


def test_a_redirect_off_this_machine_is_not_followed():
    async def visit(site: Site) -> list[dict[str, Any]]:
        site.webhook.answer = answering(*[307] * 5, Location="http://192.0.2.1/")
        await site.register()
        await site.reply_to()
        await site.settled()
        return [entry for entry in await log(site) if entry["kind"] == "attempt"]

    attempts = by(CALM + "redirects=follow attempts=2", visit)
    assert [entry["error"] for entry in attempts] == ["the URL is not on this machine"] * 2


def test_a_later_reply_overtakes_one_that_is_tried_again_or_waits_behind_it():
    async def visit(site: Site) -> list[str]:
        site.webhook.answer = answering(500)
        await site.register()
        session = await site.create()
        await site.send(session, "!echo one")
        await site.hear(1)
        await site.send(session, "!echo two")
        return await contents(site)

    kept, overtaken = (by(f"retry=constant first=300ms jitter=0 order={word}", visit) for word in ("keep", "overtake"))
    one, two = kept[0], kept[-1]
    assert one != two
    assert kept == [one, one, two]
    assert overtaken == [one, two, one]


async def log(site: Site) -> list[dict[str, Any]]:
    async with site.http.get(f"{site.sandbox.control_url}/log") as answer:
        return [json.loads(line) for line in (await answer.text()).splitlines()]

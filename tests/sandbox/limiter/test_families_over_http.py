"""Every family as a client meets it. Control moves the clock."""

import asyncio
from urllib.parse import urlsplit

import pytest

from harness.sandbox.limiter.families import catalogue
from tests.sandbox.limiter.visits import LONG, log, statuses
from tests.sandbox.process import KEY
from tests.sandbox.site import Site, at_site

FULL_AFTER_TWO = {
    "first_hit_window": f"first-hit-window limit=2 {LONG}",
    "fixed_window": f"fixed-window limit=2 {LONG}",
    "penalty_block": f"penalty-block limit=2 {LONG} block=30d",
    "quantised_bucket": "quantised-bucket burst=2 refill=1 interval=300d",
    "reject_log": f"reject-log limit=2 {LONG}",
    "sliding_counter": f"sliding-counter limit=2 {LONG}",
    "sliding_log": f"sliding-log limit=2 {LONG}",
    "token_bucket": "token-bucket rate=1/d burst=2",
}


def test_every_family_is_tried_here():
    assert {*FULL_AFTER_TWO, "queueing_bucket", "concurrency", "none"} == set(catalogue())


@pytest.mark.parametrize("family", FULL_AFTER_TWO)
def test_a_family_refuses_when_its_quota_is_used_up_and_admits_when_the_clock_says_so(family):
    async def visit(site: Site):
        before = await statuses(site)
        (ruling,) = (await log(site))[-1]["limiter"]
        await site.advance(ruling["next_s"] - 3600)
        early = [] if family == "reject_log" else await statuses(site, 1)  # which would begin again
        await site.advance(3600)
        return before, early or [429], await statuses(site, 1), ruling["family"]

    assert at_site(visit, limiters=[FULL_AFTER_TWO[family]]) == ([404, 404, 429], [429], [404], family)


def test_without_a_limit_all_is_admitted_and_noted_and_no_header_tells_of_it():
    async def visit(site: Site):
        got = await site.send("unknown")
        assert got.status == 404
        assert not any("ratelimit" in name.lower() or name == "Retry-After" for name in got.headers)
        assert [ruling["family"] for entry in await log(site) for ruling in entry["limiter"]] == ["none"]

    at_site(visit, limiters=["none"])


def test_a_queue_lets_requests_wait_until_the_clock_gets_there_and_refuses_beyond_its_burst():
    async def free_ns(site: Site):
        return list((await site.state())["limiter"]["free_ns"].values())

    async def visit(site: Site):
        assert (await site.send("unknown")).status == 404
        before = await free_ns(site)
        waiting = asyncio.create_task(site.send("unknown"))
        while await free_ns(site) == before:
            await asyncio.sleep(0.005)
        assert await statuses(site, 1) == [429]
        assert not waiting.done()
        await site.advance(86_400)
        assert (await waiting).status == 404
        delays = [entry["limiter"][0]["delay_s"] for entry in await log(site)]
        assert delays[:2] == [0, 0]  # in the order of the answers: the one that waited is the last
        assert 86_300 < delays[2] <= 86_400

    at_site(visit, limiters=["queueing-bucket rate=1/d burst=1"])


def test_a_request_is_under_way_until_its_answer_goes_out():
    async def in_flight(site: Site):
        return sum((await site.state())["limiter"]["in_flight"].values())

    async def until(site: Site, number: int):
        while await in_flight(site) != number:
            await asyncio.sleep(0.005)

    async def begin(site: Site):
        parts = urlsplit(site.sandbox.base_url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = f"POST /v1/webhooks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Length: 2\r\n\r\n"
        writer.write(head.encode())
        return reader, writer

    async def visit(site: Site):
        reader, writer = await begin(site)
        await until(site, 1)
        assert await statuses(site, 2) == [429, 429]
        writer.write(b"{}")
        await reader.readuntil(b"\r\n\r\n")
        assert await statuses(site, 2) == [404, 404]
        writer.close()
        _, writer = await begin(site)
        await until(site, 1)
        writer.close()  # and nobody waits for the answer any more
        await until(site, 0)

    at_site(visit, limiters=["concurrency limit=1"])


def test_a_reset_forgets_what_was_used_and_who_is_under_way_then_ends_no_other():
    async def visit(site: Site):
        slow = asyncio.create_task(site.send(await site.create(), "!slow"))
        while not (await site.state())["limiter"]["in_flight"].values():
            await asyncio.sleep(0.005)
        async with site.http.post(f"{site.sandbox.control_url}/reset", json={}) as answer:
            assert answer.status == 200
        await slow
        assert (await site.state())["limiter"]["in_flight"] == {}

    at_site(visit, limiters=["concurrency limit=2"], slow_delay_s=0.3)

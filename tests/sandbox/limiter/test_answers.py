"""What a limited request is answered over HTTP, by one layer or several, and what the ground truth has of it."""

import time
from email.utils import parsedate_to_datetime

import pytest

from tests.sandbox.limiter.visits import LONG, ONE, THREE, TWO, log, statuses
from tests.sandbox.process import KEY, OTHER_KEY
from tests.sandbox.site import Site, at_site

HOUR = "first-hit-window limit=1 window=1h"


async def admitted_and_refused(site: Site):
    return await site.send("unknown"), await site.send("unknown")


def limit_fields(got):
    return {name.lower() for name in got.headers if "ratelimit" in name.lower() or name.lower() == "retry-after"}


@pytest.mark.parametrize(
    ("dialect", "always"),
    [
        ("none", set()),
        ("retry-after", set()),
        ("retry-after-date", set()),
        ("draft", {"ratelimit", "ratelimit-policy"}),
        ("ratelimit", {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}),
        ("x-ratelimit", {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_each_dialect_comes_with_either_status(dialect, always, status):
    admitted, refused = at_site(admitted_and_refused, limiters=[f"{HOUR} headers={dialect} status={status}"])

    assert (admitted.status, refused.status, refused.told("status")) == (404, status, status)
    assert limit_fields(admitted) == always
    assert limit_fields(refused) == always | (set() if dialect == "none" else {"retry-after"})


def test_a_503_does_not_tell_that_it_is_of_a_limiter_but_the_log_does():
    async def visit(site: Site):
        _, refused = await admitted_and_refused(site)
        return refused.body, (await log(site))[-1]

    body, entry = at_site(visit, limiters=[f"{HOUR} headers=none status=503"])

    assert body["errorCode"] == "unavailable"
    assert (entry["status"], entry["outcome"], entry["limited_by"]) == (503, "failed", 1)


def test_a_refusal_speaks_of_retry_after_only_where_there_is_one():
    for headers, speaks in (("ratelimit", True), ("none", False), ("draft retry-after=none", False)):
        _, refused = at_site(admitted_and_refused, limiters=[f"{HOUR} headers={headers}"])
        assert ("Retry-After" in refused.told("message")) == speaks == ("Retry-After" in refused.headers)


@pytest.mark.parametrize(
    ("honesty", "low", "high"),
    [("honest", 3500, 3600), ("early", 1750, 1800), ("late", 7001, 7201), ("window", 3600, 3600)],
)
def test_retry_after_lies_as_it_was_told_to(honesty, low, high):
    _, refused = at_site(admitted_and_refused, limiters=[f"{HOUR} headers=retry-after retry-after={honesty}"])

    assert low <= int(refused.headers["Retry-After"]) <= high


def test_a_date_is_one_by_the_servers_clock():
    _, refused = at_site(admitted_and_refused, limiters=[f"{HOUR} headers=retry-after-date"])
    moment = parsedate_to_datetime(refused.headers["Retry-After"]).timestamp()
    x_limited = at_site(admitted_and_refused, limiters=[f"{HOUR} headers=x-ratelimit"])[1]

    assert 3500 < moment - time.time() <= 3602
    assert 3500 < int(x_limited.headers["X-RateLimit-Reset"]) - time.time() <= 3602


def test_the_log_tells_what_the_limiter_decided_and_where_it_stands():
    async def visit(site: Site):
        await statuses(site, 3)
        return await log(site)

    entries = at_site(visit, limiters=["first-hit-window limit=2 window=1h scope=key+operation"])
    rulings = [entry["limiter"][0] for entry in entries]
    first, second, third = rulings

    assert [entry["limited_by"] for entry in entries] == [None, None, 1]
    assert {(ruling["layer"], ruling["family"], ruling["scope"]) for ruling in rulings} == {
        (1, "first_hit_window", "key+operation")
    }
    assert [(ruling["admitted"], ruling["used"], ruling["remaining"]) for ruling in rulings] == [
        (True, 1, 1),
        (True, 2, 0),
        (False, 2, 0),
    ]
    assert first["next_s"] == 0
    for later in (second, third):
        assert later["next_s"] == later["reset_s"]
        # The same moment on the sandbox's clock, to what a float of seconds can tell.
        assert abs(later["clock_ns"] + later["next_s"] * 1e9 - (first["clock_ns"] + 3600e9)) < 1000
    assert abs(first["clock_ns"] / 1e9 - time.time()) < 60


def test_without_a_limiter_the_log_has_nothing_of_one():
    async def visit(site: Site):
        await statuses(site, 1)
        return await log(site), await site.state()

    (entry,), state = at_site(visit)

    assert (entry["limiter"], entry["limited_by"]) == (None, None)
    assert (state["limiter"], state["limiters"]) == (None, [])


def test_a_request_needs_every_layer_and_the_one_behind_a_refusal_is_not_used_up():
    """The first, of each key, lets one in; the second, of everybody, two: both keys get theirs, whoever asks often."""

    async def visit(site: Site):
        mine, theirs = await statuses(site, 5, key=KEY), await statuses(site, 2, key=OTHER_KEY)
        entries = await log(site)
        return mine, theirs, [entry["limited_by"] for entry in entries], [len(entry["limiter"]) for entry in entries]

    assert at_site(visit, limiters=[ONE, f"{TWO} scope=global"]) == (
        [404, 429, 429, 429, 429],
        [404, 429],
        [None, 1, 1, 1, 1, None, 1],
        [2, 1, 1, 1, 1, 2, 1],
    )


def test_a_layer_has_counted_what_one_behind_it_refuses():
    """The first, of everybody, lets three in; the second, of each key, one: what it refuses is lost to others."""

    async def visit(site: Site):
        mine, theirs = await statuses(site, 3, key=KEY), await statuses(site, 1, key=OTHER_KEY)
        return mine, theirs, [entry["limited_by"] for entry in await log(site)]

    assert at_site(visit, limiters=[f"{THREE} scope=global", ONE]) == ([404, 429, 429], [429], [None, 2, 2, 1])


def test_each_layer_answers_in_its_own_way():
    async def visit(site: Site):
        answers = [await site.send("unknown", key=key) for key in (KEY, KEY, OTHER_KEY, OTHER_KEY)]
        return [(answer.status, limit_fields(answer)) for answer in answers]

    layers = [f"{ONE} headers=retry-after", f"{ONE} scope=global status=503 headers=draft"]
    draft = {"ratelimit", "ratelimit-policy"}

    assert at_site(visit, limiters=layers) == [
        (404, draft),
        (429, {"retry-after"}),
        (503, draft | {"retry-after"}),
        (429, {"retry-after"}),
    ]


def test_a_short_window_in_front_of_a_long_one_hides_it_only_at_first():
    async def visit(site: Site):
        found = [await statuses(site, 3)]
        for _ in range(2):
            await site.advance(1.0)
            found.append(await statuses(site, 3))
        return found, [entry["limited_by"] for entry in await log(site)]

    found, by = at_site(visit, limiters=["token-bucket rate=2 burst=2", f"sliding-log limit=5 {LONG}"])

    # Time goes on during the test, and may bring a token more: what counts is that the long one ends it.
    assert found[0][:2] == [404, 404]
    assert sum(status == 404 for each in found for status in each) == 5
    assert by[-1] in {1, 2}
    assert 2 in by

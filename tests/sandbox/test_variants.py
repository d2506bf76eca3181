"""Every conforming variant shows what is peculiar about it, and keeps the contract all the same."""

import pytest

from harness.sandbox.variants import catalogue
from tests.sandbox.probes.variants import OPEN_POINTS, OTHER_OPEN_POINTS, PROBES
from tests.sandbox.site import TTL_S, at_site


def test_every_variant_has_a_probe_and_a_summary():
    assert set(PROBES) == set(catalogue())
    assert all(variant.summary and "\n" not in variant.summary for variant in catalogue().values())


@pytest.mark.parametrize("name", PROBES)
def test_the_variant_shows(name):
    assert at_site(PROBES[name], variants=[name])


@pytest.mark.parametrize("name", PROBES)
def test_the_plain_sandbox_does_not_show_the_variant(name):
    assert not at_site(PROBES[name])


@pytest.mark.parametrize("point", OPEN_POINTS)
def test_strict_refuses_what_is_open(point):
    assert at_site(OPEN_POINTS[point], variants=["strict"])
    assert not at_site(OPEN_POINTS[point])


@pytest.mark.parametrize("point", OTHER_OPEN_POINTS)
def test_lenient_accepts_what_is_open(point):
    assert at_site(OTHER_OPEN_POINTS[point], variants=["lenient"])
    assert not at_site(OTHER_OPEN_POINTS[point])


async def converse(site):
    """A conversation as the document tells it, with each mistake that a client can make."""
    assert (await site.register()).status in range(200, 300)
    created = (await site.creation()).body
    assert created["status"] == 200
    session_id, user_id = created["sessionId"], created["userId"]
    assert isinstance(session_id, str)
    assert isinstance(user_id, str)
    assert session_id != user_id
    for text in ("Hello world", "Hello world", 'It\'s 100% «ok» 🙂\n"مرحبا" <3'):
        before = len(await site.settled())
        sent = await site.send(session_id, text)
        assert (sent.status, sent.told("status")) == (200, 200)
        await site.hear(before + 1)
    for call in await site.settled():
        assert (call.method, call.event["event"], call.headers["Content-Type"]) == (
            "POST",
            "message",
            "application/json",
        )
        assert (call.data["sessionId"], call.data["userId"]) == (session_id, user_id)
        assert call.data["participantType"] in {"bot", "agent"}
        assert call.data["content"].strip()
    number = len(site.webhook.heard)
    assert (await site.send(session_id, 5)).status == 400
    refused = [
        await site.post("/v1/sessions", {}),
        await site.post("/v1/sessions", {}, "wrong"),
        await site.send("unknown"),
    ]
    assert [(got.status, got.told("status")) for got in refused] == [(400, 400), (401, 401), (404, 404)]
    assert refused[2].told("errorCode") == "session_not_found"
    assert all("json" in got.headers["Content-Type"] for got in refused)
    await site.advance(TTL_S + 1)
    assert (await site.send(session_id)).told("errorCode") == "session_not_found"
    assert len(await site.settled()) == number
    return True


@pytest.mark.parametrize("name", ["", *catalogue()])
def test_a_conversation_goes_well(name):
    assert at_site(converse, variants=[name] if name else [])


TOGETHER = [
    ["several-replies", "at-least-once", "echo", "webhook-first", "pretty-json", "chunked-answers"],
    ["limited-by-date", "strict", "human-steps-in", "problem-json", "connections-closed", "head-of-line"],
    ["greeting", "registrations-accumulate", "extra-fields", "prefixed-ids", "registration-204", "proxy-pages"],
    ["dashed-ids", "same-user", "lenient", "foreign-session-403", "constant-text", "key-for-any-path"],
]


@pytest.mark.parametrize("names", TOGETHER, ids=lambda names: names[0])
def test_a_conversation_goes_well_with_several_at_once(names):
    for order in (names, names[::-1]):
        assert at_site(converse, variants=order)


def test_a_fault_shows_behind_a_variant():
    async def string_status(site):
        return (await site.creation()).told("status") == "200"

    assert at_site(string_status, faults=["string-status"], variants=["pretty-json", "chunked-answers"])


def test_echo_says_every_character_again_and_no_half_of_one():
    async def said(site):
        await site.register()
        session_id = await site.create()
        texts = ("à 🙂 <b>\n'x'", "a\ud83db")
        return [(await site.reply_to(text, session_id)).data["content"] for text in texts]

    assert at_site(said, variants=["echo"]) == ["à 🙂 <b>\n'x'", "a\ufffdb"]

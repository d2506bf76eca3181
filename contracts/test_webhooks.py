"""Webhook Configuration."""

import pytest

from harness.conformance.exploration import explore
from harness.conformance.oddities import NO_OBJECTS, NO_STRINGS, NO_URLS
from harness.conformance.outcome import NotExercised
from harness.conformance.samples import URL_ENDINGS, customer
from harness.conformance.sessions import together
from harness.conformance.webhook import MOVED, OTHERS
from harness.contract import parse

WEBHOOKS = "/v1/webhooks"
# So many replies use up a registration that could be used up.
REPLIES = 48


@pytest.fixture(autouse=True)
def the_webhook_stays(webhook):
    """Whatever a check here registered, in the end it is ours again."""
    yield
    webhook.register()


@pytest.mark.requirement("HOOK-1")
def test_the_webhook_is_registered(check, api, webhook):
    for _ in range(3):
        check.as_documented(webhook.register())
    for number, (path, query) in enumerate(URL_ENDINGS):
        url = webhook.open(f"ending-{number}", path=path, query=query)
        check.as_documented(api.register_webhook(url))


@pytest.mark.requirement("HOOK-2")
def test_an_incomplete_webhook_is_refused(check, api, webhook):
    for body in ({"event": "message"}, {"url": webhook.url}, {}):
        check.status(api.post(WEBHOOKS, body), 400)


@pytest.mark.requirement("HOOK-2")
def test_a_webhook_that_is_no_object_is_refused(check, api):
    for body in NO_OBJECTS.values():
        check.status(api.request("POST", WEBHOOKS, content=body), 400)


@pytest.mark.requirement("HOOK-2")
def test_a_generated_broken_webhook_is_refused(check, api, generator, effort, seeded):
    def judge(body):
        check.status(api.request("POST", WEBHOOKS, content=body), 400)

    explore(generator.broken("registerWebhook"), judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("HOOK-3")
@pytest.mark.stage("late")
def test_replies_go_to_what_was_registered_last(check, api, world, sessions, replies, webhook, ledger):
    replies.settle(ledger)
    world.require_replies()
    expected = "the reply goes to the URL that was registered last"
    before = sessions.open()
    moved = webhook.open(MOVED)
    for name, url in ((MOVED, moved), ("", webhook.url), (MOVED, moved)):
        check.accepted(api.register_webhook(url), "registering again")
        asking = {"since": sessions.open(), "before": before}
        known = {session.id: len(replies.of(session.id, endpoint=name)) for session in asking.values()}
        sent = {
            since: check.accepted(api.send_message(session.id, "Hello, wherever you are"))
            for since, session in asking.items()
        }
        came = replies.wait_all({session: count + 1 for session, count in known.items()}, endpoint=name)
        for since, session in asking.items():
            told = f"nothing came to it for a session that was created {since}"
            check.that(len(came[session.id]) > known[session.id], expected, after=sent[since], seen=told)
    check.accepted(webhook.register(), "registering the first one again")


@pytest.mark.requirement("HOOK-3")
@pytest.mark.stage("late")
def test_a_registration_lasts_until_the_next(check, api, world, sessions, replies, webhook, ledger):
    """What was refused is no registration; and no number of replies uses one up."""
    replies.settle(ledger)
    world.require_replies()
    check.accepted(webhook.register())
    for body in ({"event": "message"}, {"url": "not a url", "event": "message"}, {"url": webhook.url}, {"url": 5}, {}):
        if api.post(WEBHOOKS, body).accepted:  # for HOOK-2 and HOOK-4 to say
            check.accepted(webhook.register())
    api.request("POST", WEBHOOKS, content=b"{")
    api.register_webhook(webhook.url, key="Bearer never-issued")
    opened = sessions.several(REPLIES)
    sent = together(lambda session: check.accepted(api.send_message(session.id, "Are you still there?")), opened)
    came = replies.wait_all({session.id: 1 for session in opened}, endpoint="")
    silent = [session.id for session in opened if not came[session.id]]
    check.that(
        not silent,
        "replies go to what was registered last, for as long as nothing else is registered",
        count=len(opened),
        after=sent[0],
        seen=f"none came for {len(silent)} of {len(opened)} messages",
    )


@pytest.mark.requirement("RPL-1")
@pytest.mark.stage("late")
def test_each_tenant_is_answered_at_its_own_webhook(check, other, replies, webhook):
    if not other.register_webhook(webhook.open(OTHERS)).accepted:
        raise NotExercised("the second tenant could not register a webhook")
    created = [check.accepted(other.create_session(customer(90 + number))) for number in range(3)]
    theirs = [str(answer.member("sessionId")) for answer in created]
    sent = [check.accepted(other.send_message(session, "Hello, from somebody else")) for session in theirs]
    came = replies.wait_all(dict.fromkeys(theirs, 1), endpoint=OTHERS)
    for session, answer in zip(theirs, sent, strict=True):
        check.that(bool(came[session]), "the reply comes to the webhook of the tenant that asked", after=answer)


@pytest.mark.requirement("HOOK-4")
def test_a_webhook_with_a_wrong_type_is_refused(check, api, webhook):
    for value in (*NO_STRINGS, None):
        check.status(api.register_webhook(value), 400)
        check.status(api.register_webhook(webhook.url, value), 400)


@pytest.mark.requirement("HOOK-4")
def test_a_webhook_url_is_absolute(check, api):
    for url in NO_URLS:
        check.status(api.register_webhook(url), 400)


@pytest.mark.requirement("ERR-1")
def test_a_generated_webhook_breaks_nothing(check, api, webhook, generator, effort, seeded):
    def judge(body):
        value = parse(body)[0]
        if isinstance(value, dict) and isinstance(value.get("url"), str):
            check.unbroken(api.post(WEBHOOKS, {**value, "url": webhook.url}))  # never one that leads elsewhere
        else:
            check.unbroken(api.request("POST", WEBHOOKS, content=body))

    strategy = generator.valid("registerWebhook") | generator.invalid("registerWebhook")
    explore(strategy, judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("ERR-1")
def test_a_webhook_with_odd_data_breaks_nothing(check, api, webhook, odd_bodies):
    for body in odd_bodies({"url": webhook.url, "event": "message"}):
        check.unbroken(api.request("POST", WEBHOOKS, content=body))

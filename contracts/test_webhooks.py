"""Webhook Configuration."""

import pytest

from harness.conformance.exploration import explore
from harness.conformance.samples import NO_OBJECTS, NO_STRINGS, NO_URLS
from harness.contract import parse

WEBHOOKS = "/v1/webhooks"
# The endpoint that the sink announced, and that is registered while nothing else is said.
HOME = ""


@pytest.fixture(autouse=True)
def the_webhook_stays(webhook):
    """Whatever a check here registered, in the end it is ours again."""
    yield
    webhook.register()


@pytest.mark.requirement("HOOK-1")
def test_the_webhook_is_registered(check, webhook):
    check.as_documented(webhook.register())


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
def test_replies_go_to_what_was_registered_last(check, api, sessions, replies, webhook, ledger):
    replies.settle(ledger)
    session = sessions.open()
    ledger.excuse(session.id, "its reply goes to another URL, on purpose")
    check.accepted(api.register_webhook(webhook.open("moved")), "registering again")
    sent = check.accepted(api.send_message(session.id, "Hello, wherever you are"))
    check.that(
        bool(replies.wait(session.id, endpoint="moved")),
        "the reply goes to the URL that was registered last",
        after=sent,
        seen="it went to the former one" if replies.of(session.id) else "nothing came to it",
    )
    check.accepted(webhook.register(), "registering the first one again")
    session = sessions.open()
    sent = check.accepted(api.send_message(session.id, "Hello, back home"))
    back = replies.wait(session.id, endpoint=HOME)
    check.that(bool(back), "the reply goes to the URL that was registered last", after=sent)


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
            answer = api.post(WEBHOOKS, {**value, "url": webhook.url})  # never one that leads elsewhere
        else:
            answer = api.request("POST", WEBHOOKS, content=body)
        check.holds(answer.status is not None and answer.status < 500, "anything but a 5xx or silence", answer)

    strategy = generator.valid("registerWebhook") | generator.invalid("registerWebhook")
    explore(strategy, judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("ERR-1")
def test_a_webhook_with_odd_data_breaks_nothing(check, api, webhook, odd_bodies):
    for body in odd_bodies({"url": webhook.url, "event": "message"}):
        answer = api.request("POST", WEBHOOKS, content=body)
        check.holds(answer.status is not None and answer.status < 500, "anything but a 5xx or silence", answer)

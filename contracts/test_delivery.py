"""Travtus API Sends "Message" Event with Reply Message: how a reply is delivered, whatever it says."""

from dataclasses import replace

import pytest

from harness.conformance import arrival_oracles
from harness.conformance.outcome import NotExercised
from harness.conformance.samples import URL_ENDINGS
from harness.conformance.sessions import together
from harness.sink.faults import Fault

# A session whose call failed may wait for the next attempt before it goes on: seconds.
AFTER_FAILURE_S = 20.0
SHARE_OF_TTL = 0.5
# Slow for a webhook, and in time for any sender: seconds.
SLOWLY_S = 1.5


@pytest.mark.requirement("RPL-1")
@pytest.mark.stage("late")
def test_replies_come_to_exactly_the_url_that_was_registered(check, api, sessions, replies, webhook, ledger):
    replies.settle(ledger)
    for number, (path, query) in enumerate(URL_ENDINGS):
        name = f"ending-{number}"
        url = webhook.open(name, path=path, query=query)
        try:
            if not api.register_webhook(url).accepted:
                raise NotExercised(f"such a URL is not accepted: {url}")
            session = sessions.open()
            sent = check.accepted(api.send_message(session.id, "Hello, at the right door"))
            came = replies.wait(session.id, endpoint=name)
            check.that(
                bool(came), "the reply comes to exactly the URL that was registered", after=sent, seen=f"not {url}"
            )
        finally:
            webhook.register()


@pytest.mark.requirement("RPL-2")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_webhook_call_is_as_documented(check, replies):
    check.clean(arrival_oracles.documented(replies.all()), "a JSON object as documented")


@pytest.mark.requirement("RPL-2")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_webhook_call_is_a_post(check, replies, webhook):
    wrong = webhook.turned_away("method")
    count = len(replies.all()) + wrong
    check.that(not wrong, "a reply is a POST", count=count, seen=f"{wrong} calls by another method")


@pytest.mark.requirement("RPL-6")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_a_settled_webhook_call_does_not_come_again(check, replies, webhook, ledger):
    replies.quiet(ledger.latest)
    found = arrival_oracles.settled(replies.all(), ledger.talks, webhook.hung_up())
    check.clean(found, "a call that got its 200 is settled")


@pytest.mark.requirement("RPL-6")
@pytest.mark.aside
def test_a_webhook_call_that_got_any_200_does_not_come_again(check, api, sessions, replies, webhook, ledger):
    """A slow one, and one without a body, are as good as any."""
    answered = sessions.several(4)
    for number, session in enumerate(answered):
        unusual = {"delay_s": SLOWLY_S} if number % 2 else {"bare": True}
        webhook.programme(Fault(session=session.id, **unusual))
    sent = together(lambda session: api.send_message(session.id, "Your webhook is odd today"), answered)
    replies.wait_all({session.id: 1 for session in answered})
    replies.rest(2.5 * SLOWLY_S)
    calls = [came for session in answered for came in replies.of(session.id)]
    found = arrival_oracles.settled(calls, ledger.talks, webhook.hung_up())
    if not found.exercised:
        raise NotExercised("no webhook call came, and waited for its 200, that could have come again")
    seen = ", ".join(f"{finding.count} times" for finding in found.findings)
    expected = "a call that got its 200 is settled"
    check.that(not found.findings, expected, count=found.exercised, after=sent[0], seen=seen)


def after_a_failure(check, world, fault):
    """What becomes of later replies, once the call with one was answered so."""
    api, replies = world.api, world.replies
    session, bystander = world.sessions.several(2)
    world.ledger.excuse(session.id, "a webhook call for it failed, on purpose")
    world.webhook.programme(replace(fault, session=session.id))
    check.accepted(api.send_message(session.id, "The call with the reply to this fails"))
    if not replies.wait(session.id):
        raise NotExercised("no webhook call came that could have failed")
    replies.rest(fault.delay_s)
    later = check.accepted(api.send_message(session.id, "And the one to this does not"))
    check.accepted(api.send_message(bystander.id, "Nor does this one"))

    def served():
        return [came for came in replies.of(session.id) if came.status == 200 and came.at > later.sent_at]

    expected = "a later reply comes, though one call failed"
    check.that(bool(replies.wait(bystander.id)), f"{expected}: that of another session", after=later)
    check.that(
        replies.until(served, max(AFTER_FAILURE_S, replies.timeout_s)),
        f"{expected}: that of the same session",
        after=later,
    )


@pytest.mark.requirement("RPL-8")
@pytest.mark.stage("late")
def test_a_webhook_call_that_got_a_500_does_not_silence_later_replies(check, world):
    after_a_failure(check, world, Fault(status=500))


@pytest.mark.requirement("RPL-8")
@pytest.mark.stage("late")
def test_a_webhook_call_that_was_cut_off_does_not_silence_later_replies(check, world):
    after_a_failure(check, world, Fault(reset=True))


@pytest.mark.requirement("RPL-8")
@pytest.mark.stage("late")
def test_a_webhook_call_that_got_no_answer_in_time_does_not_silence_later_replies(check, world, effort):
    if not effort.silence_s:
        raise NotExercised("--budget quick does not wait for so long")
    # The session must live to see it.
    longest_s = SHARE_OF_TTL * world.profile.session_ttl if world.profile.session_ttl else effort.silence_s
    after_a_failure(check, world, Fault(status=500, delay_s=min(effort.silence_s, longest_s)))


@pytest.mark.requirement("RPL-9")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_webhook_call_says_that_it_is_json(check, replies, ledger):
    check.clean(
        arrival_oracles.labelled(replies.all(), ledger.talks), "application/json, and a content that is not empty"
    )

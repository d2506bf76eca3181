"""Customer Sends a Message."""

import time
import uuid

import pytest

from harness.client.source_system import messages_path
from harness.conformance.exploration import explore
from harness.conformance.outcome import NotExercised
from harness.conformance.people import messages
from harness.conformance.samples import DOCUMENTED_MESSAGE, LONGEST_MESSAGE, MESSAGES, NO_OBJECTS, NO_STRINGS, page

# Beyond its time to live an expired session is given this much longer to be gone: a share of it, and seconds.
MARGIN = 0.1
LEAST_MARGIN_S = 1.0


@pytest.mark.requirement("MSG-1")
def test_the_documented_message_is_accepted(check, api, sessions):
    session = sessions.open()
    check.as_documented(api.send_message(session.id, DOCUMENTED_MESSAGE), 200)


@pytest.mark.requirement("MSG-2")
@pytest.mark.stage("late")
def test_an_expired_session_is_not_found(check, api, world):
    if world.profile.session_ttl is None:
        raise NotExercised("no --session-ttl was given: how long a session lives is not in the document")
    if world.abandoned is None:
        raise NotExercised("no session could be created at the beginning, to be left alone until it expired")
    talk = world.ledger.talks[world.abandoned.id]
    lifetime = world.profile.session_ttl + max(LEAST_MARGIN_S, MARGIN * world.profile.session_ttl)
    time.sleep(max(0.0, talk.created_at / 1e9 + lifetime - time.monotonic()))
    check.as_documented(api.send_message(world.abandoned.id, "Hello?"), 404)


@pytest.mark.requirement("MSG-3")
def test_a_session_that_was_never_given_out_is_not_found(check, api, sessions, dice):
    known = list(sessions.open().id)
    shuffled, changed = known.copy(), known.copy()
    dice.shuffle(shuffled)
    changed[-1] = "a" if known[-1] != "a" else "b"
    invented = ["".join(shuffled), "".join(changed), "".join(known[:-1]), uuid.UUID(int=dice.getrandbits(128)).hex]
    for session in (*invented, "never-given-out", "0"):
        if session and session not in ("".join(known), "."):
            check.as_documented(api.send_message(session, "Hello?"), 404)


@pytest.mark.requirement("MSG-4")
def test_a_message_without_content_is_refused(check, api, sessions):
    path = messages_path(sessions.open().id)
    for body in ({}, {"text": "Hello"}, {"Content": "Hello"}):
        check.status(api.post(path, body), 400)


@pytest.mark.requirement("MSG-4")
def test_a_message_that_is_no_object_is_refused(check, api, sessions):
    path = messages_path(sessions.open().id)
    for body in NO_OBJECTS.values():
        check.status(api.request("POST", path, content=body), 400)


@pytest.mark.requirement("MSG-4")
def test_a_generated_broken_message_is_refused(check, api, sessions, generator, effort, seeded):
    path = messages_path(sessions.open().id)

    def judge(body):
        check.status(api.request("POST", path, content=body), 400)

    explore(generator.broken("sendMessage"), judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("MSG-5")
def test_what_people_type_is_accepted(check, api, sessions):
    session = sessions.open()
    for text in (*MESSAGES, page(501), page(1025), page(LONGEST_MESSAGE), "🙂" * 1000, "ß" * 2000):
        check.accepted(api.send_message(session.id, text))


@pytest.mark.requirement("MSG-5")
def test_generated_messages_are_accepted(check, api, sessions, effort, seeded):
    session = sessions.open()

    def judge(text):
        check.accepted(api.send_message(session.id, text))

    explore(messages(), judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("MSG-6")
def test_a_message_with_a_wrong_type_is_refused(check, api, sessions):
    session = sessions.open()
    for content in (*NO_STRINGS, None):
        check.status(api.send_message(session.id, content), 400)


@pytest.mark.requirement("ERR-1")
def test_a_generated_message_breaks_nothing(check, api, sessions, ledger, generator, effort, seeded):
    session = sessions.open()
    path = messages_path(session.id)
    ledger.excuse(session.id, "what it was sent is doubtful, and need not be answered")

    def judge(body):
        answer = api.request("POST", path, content=body)
        check.holds(answer.status is not None and answer.status < 500, "anything but a 5xx or silence", answer)

    strategy = generator.valid("sendMessage") | generator.invalid("sendMessage")
    explore(strategy, judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("ERR-1")
def test_a_message_with_odd_data_breaks_nothing(check, api, sessions, ledger, odd_bodies, odd_texts):
    session = sessions.open()
    ledger.excuse(session.id, "what it was sent is doubtful, and need not be answered")
    for body in odd_bodies({"content": "Hello"}):
        answer = api.request("POST", messages_path(session.id), content=body)
        check.holds(answer.status is not None and answer.status < 500, "anything but a 5xx or silence", answer)
    for text in odd_texts:
        answer = api.send_message(session.id, text)
        check.holds(answer.status is not None and answer.status < 500, "anything but a 5xx or silence", answer)

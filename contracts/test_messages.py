"""Customer Sends a Message."""

import time
import uuid

import pytest

from harness.client.source_system import messages_path
from harness.conformance.exploration import explore
from harness.conformance.oddities import NO_OBJECTS, NO_STRINGS
from harness.conformance.people import messages
from harness.conformance.samples import DOCUMENTED_MESSAGE, LENGTHS, LONGEST_MESSAGE, MESSAGES, page
from harness.conformance.sessions import together

# Beyond its time to live an expired session is given this much longer to be gone: a share of it, and seconds.
MARGIN = 0.1
LEAST_MARGIN_S = 1.0


@pytest.mark.requirement("MSG-1")
def test_the_documented_message_is_accepted(check, api, sessions):
    session = sessions.open()
    check.as_documented(api.send_message(session.id, DOCUMENTED_MESSAGE), 200)


@pytest.mark.requirement("MSG-2")
@pytest.mark.stage("later")
@pytest.mark.aside
def test_an_expired_session_is_not_found(check, api, world, replies):
    ttl_s, session = world.awaited_ttl_s(), world.abandoned
    expired_s = world.ledger.talks[session.id].created_at / 1e9 + ttl_s + max(LEAST_MARGIN_S, MARGIN * ttl_s)
    replies.rest(expired_s - time.monotonic())
    for _ in range(2):  # being asked for does not bring it back
        check.as_documented(api.send_message(session.id, "Hello?"), 404)


@pytest.mark.requirement("SES-3")
@pytest.mark.stage("later")
@pytest.mark.aside
def test_a_session_lives_as_long_as_it_is_said_to(check, api, world, sessions, replies):
    ttl_s = world.awaited_ttl_s()
    left_alone, talked_to = sessions.several(2)
    for part in (0.3, 0.6):
        talk = world.ledger.talks[talked_to.id]
        replies.rest(talk.created_at / 1e9 + part * ttl_s - time.monotonic())
        check.accepted(api.send_message(talked_to.id, "I am still here"), f"{part:.0%} of its time to live is over")
    check.accepted(api.send_message(left_alone.id, "Here I am"), "not two thirds of its time to live are over")


@pytest.mark.requirement("MSG-3")
def test_a_session_that_was_never_given_out_is_not_found(check, api, sessions, ledger, dice):
    session = sessions.open()
    known = list(session.id)
    shuffled, changed, begun = known.copy(), known.copy(), known.copy()
    dice.shuffle(shuffled)
    changed[-1] = "b" if known[-1] not in "bB" else "c"
    begun[0] = "b" if known[0] not in "bB" else "c"
    invented = [
        "".join(shuffled),
        "".join(changed),
        "".join(begun),
        "".join(known[:-1]),
        "".join(known[: len(known) // 2]),
    ]
    invented += [session.id + "0", session.id * 2, uuid.UUID(int=dice.getrandbits(128)).hex]
    invented += [str(uuid.UUID(int=dice.getrandbits(128), version=4)), "0" * len(known), "never-given-out", "0", "1"]
    invented += [api.client_id, *([session.user] if session.user else [])]
    for other in invented:
        if other not in ("", ".", "..", *ledger.talks):
            for _ in range(2):  # being asked for does not bring it into being
                check.as_documented(api.send_message(other, "Hello?"), 404)


@pytest.mark.requirement("MSG-4")
def test_a_message_without_content_is_refused(check, api, sessions):
    path = messages_path(sessions.open().id)
    for body in ({}, {"text": "Hello"}, {"message": {"content": "Hello"}}, {"contents": "Hello", "conten": "Hello"}):
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
    texts = (*MESSAGES, *(page(length) for length in LENGTHS), "🙂" * 1000, "ß" * 2000, "界" * LONGEST_MESSAGE)
    # A session for each, so that a reply that does not come is missed.
    talks = zip(texts, sessions.several(len(texts)), strict=True)
    for answer in together(lambda talk: api.send_message(talk[1].id, talk[0]), talks):
        check.accepted(answer)


@pytest.mark.requirement("MSG-5")
def test_the_same_again_is_accepted(check, api, sessions):
    session = sessions.open()
    for _ in range(10):
        check.accepted(api.send_message(session.id, "Hello? Is anybody there?"), "the tenth time as the first")


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
        check.unbroken(api.request("POST", path, content=body))

    strategy = generator.valid("sendMessage") | generator.invalid("sendMessage")
    explore(strategy, judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("ERR-1")
def test_a_message_with_odd_data_breaks_nothing(check, api, sessions, ledger, odd_bodies, odd_texts):
    session = sessions.open()
    ledger.excuse(session.id, "what it was sent is doubtful, and need not be answered")
    for body in odd_bodies({"content": "Hello"}):
        check.unbroken(api.request("POST", messages_path(session.id), content=body))
    for text in odd_texts:
        check.unbroken(api.send_message(session.id, text))

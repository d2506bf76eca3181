"""Travtus API Sends "Message" Event with Reply Message: the reply oracle."""

import pytest

from harness.conformance import arrival_oracles
from harness.conformance.arrival_oracles import data_of
from harness.conformance.outcome import NotExercised, Unmet
from harness.conformance.sessions import together

TURNS = 3
IN_ORDER = ("first question", "second question", "third question", "fourth question")


@pytest.mark.requirement("RPL-1")
def test_every_message_of_a_dialogue_is_answered(check, api, sessions, replies):
    def talk(session):
        for turn in range(TURNS):
            before = len(replies.of(session.id))
            sent = check.accepted(api.send_message(session.id, f"Question {turn + 1}: is anybody there?"))
            came = replies.wait(session.id, before + 1)
            check.that(
                len(came) > before,
                "a message that was accepted leads to a reply at the registered URL",
                after=sent,
                seen=f"none within {replies.timeout_s:g} s",
            )

    together(talk, sessions.several(4))


@pytest.mark.requirement("RPL-1")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_session_that_spoke_was_answered(check, replies, ledger):
    owed = ledger.owed()
    came = replies.wait_all(owed)
    unanswered = [session for session in owed if not came[session]]
    check.that(
        not unanswered,
        "in each session where a message was accepted, a reply came",
        count=sum(len(ledger.talks[session].accepted) for session in owed),
        seen=f"{len(unanswered)} of {len(owed)} sessions had none, such as {unanswered[:3]}",
    )


@pytest.mark.requirement("RPL-2")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_webhook_call_is_as_documented(check, replies):
    check.clean(arrival_oracles.documented(replies.all()), "a JSON object as documented")


@pytest.mark.requirement("RPL-3")
def test_replies_reach_the_session_that_asked(check, api, sessions, replies, effort):
    talking = sessions.several(effort.talkers)
    listening = sessions.several(effort.talkers // 2)
    asked = {session.id: 1 + number % 3 for number, session in enumerate(talking)}

    def ask(session):
        for number in range(asked[session.id]):
            check.accepted(api.send_message(session.id, f"Who is number {number}?"))

    together(ask, talking)
    came = replies.wait_all(asked)
    short = [session for session in asked if not came[session]]
    strays = [session.id for session in listening if replies.of(session.id)]
    check.that(
        not short or not strays,
        "a reply's sessionId is that of the session that the message was sent to",
        count=sum(map(len, came.values())),
        seen=f"no reply for {short[:3]}, which asked, but some for {strays[:3]}, which did not",
    )
    for session in talking:
        users = {arrival.user for arrival in came[session.id] if arrival.user is not None}
        check.that(
            users <= {session.user} or session.user is None,
            "a reply's userId is that of the session that the message was sent to",
            seen=f"session {session.id} is of user {session.user}; the replies name {sorted(users)}",
        )


@pytest.mark.requirement("RPL-3")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_webhook_call_names_a_session_and_its_user(check, replies, ledger):
    expected = "the sessionId and userId of the session that the message was sent to"
    check.clean(arrival_oracles.addressed(replies.all(), ledger.talks), expected)


@pytest.mark.requirement("RPL-4")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_reply_is_spoken_by_somebody(check, replies):
    expected = "participantType is bot or agent; content is a string, in the characters that were meant"
    check.clean(arrival_oracles.spoken(replies.all()), expected)


@pytest.mark.requirement("RPL-5")
def test_a_refused_message_leads_to_no_reply(check, api, sessions, replies):
    refused, control = sessions.several(4), sessions.several(4)
    for session in refused:
        without_content = api.post(f"/v1/sessions/{session.id}/messages", {"text": "Hello"})
        without_key = api.send_message(session.id, "Hello", key=None)
        if any(answer.accepted or answer.status is None for answer in (without_content, without_key)):
            raise NotExercised("no message was refused")
    replies.quiet()
    if any(replies.of(session.id) for session in control):
        raise NotExercised("the target speaks of its own accord, so that a reply to nothing proves nothing")
    for session in refused:
        check.that(
            not replies.of(session.id),
            "a request that was refused leads to no reply",
            seen=f"a webhook call for session {session.id}",
        )


@pytest.mark.requirement("RPL-6")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_a_settled_webhook_call_does_not_come_again(check, replies, ledger):
    replies.quiet()
    check.clean(arrival_oracles.settled(replies.all(), ledger.talks), "a call that got its 200 is settled")


@pytest.mark.requirement("RPL-7")
def test_replies_of_a_session_come_in_the_order_of_its_messages(check, api, sessions, replies, effort):
    def said(session):
        """What came, each once, in the order of first deliveries."""
        return list(dict.fromkeys(str(data_of(arrival).get("content")) for arrival in replies.of(session.id)))

    def one_by_one(session):
        for number, text in enumerate(IN_ORDER):
            check.accepted(api.send_message(session.id, text))
            replies.wait(session.id, number + 1)
        return said(session)

    def at_once(session):
        for text in IN_ORDER:
            check.accepted(api.send_message(session.id, text))
        replies.wait(session.id, len(IN_ORDER))
        return said(session)

    # A reply does not say which message it answers. But where patient customers, who ask the same, hear the same in
    # the same order, then a hasty one must hear it so as well.
    order, again = together(one_by_one, sessions.several(2))
    if order != again or len(order) != len(IN_ORDER):
        raise NotExercised("its replies do not tell which messages they answer")
    for heard in together(at_once, sessions.several(effort.talkers // 2)):
        if sorted(heard) == sorted(order):
            check.that(heard == order, f"the replies in this order: {order}", count=len(heard), seen=f"{heard}")


@pytest.mark.requirement("RPL-8")
def test_a_failed_webhook_call_does_not_silence_later_replies(check, api, sessions, replies, webhook):
    session, bystander = sessions.several(2)
    webhook.fail_next(session.id, 500)
    check.accepted(api.send_message(session.id, "The call with the reply to this fails"))
    if not replies.wait(session.id):
        raise NotExercised("no webhook call came that could have failed")
    later = check.accepted(api.send_message(session.id, "And the one to this does not"))
    check.accepted(api.send_message(bystander.id, "Nor does this one"))
    came = replies.wait_all({session.id: 2, bystander.id: 1})
    served = [arrival for arrival in came[session.id] if arrival.status == 200 and arrival.at > later.sent_at]
    check.that(bool(served), "a later reply comes, though one call failed", after=later)
    check.that(bool(came[bystander.id]), "replies of other sessions come, though one call failed", after=later)


@pytest.mark.requirement("RPL-9")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_webhook_call_says_that_it_is_json(check, replies):
    check.clean(arrival_oracles.labelled(replies.all()), "application/json, and a content that is not empty")


@pytest.mark.requirement("RPL-10")
def test_a_human_who_took_over_is_told_as_agent(check, api, sessions, replies, ledger, profile):
    if not profile.handover_phrases:
        raise NotExercised("no handover_phrases were given: the document does not say what triggers a hand-over")
    session = sessions.open()
    ledger.excuse(session.id, "a human took over")
    asked = check.accepted(api.send_message(session.id, profile.handover_phrases[0]))
    came = replies.wait(session.id)
    check.accepted(api.send_message(session.id, "Hello, are you human?"))
    while len(more := replies.wait(session.id, len(came) + 1)) > len(came):
        came = more
        if any(arrival.participant == "agent" for arrival in came):
            check.that(True, "a human's replies are told as agent", count=len(came))
            return
    if not came:
        raise NotExercised("nobody answered after the hand-over")
    raise Unmet("a human's replies are told as agent", {"curl": asked.curl(), "seen": "only the bot spoke"})

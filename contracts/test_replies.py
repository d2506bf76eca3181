"""Travtus API Sends "Message" Event with Reply Message: what is answered, to whom, and by whom."""

import re

import pytest

from harness.client.source_system import messages_path
from harness.conformance import arrival_oracles
from harness.conformance.arrival_oracles import content_of
from harness.conformance.order import learn
from harness.conformance.outcome import NotExercised, Unmet
from harness.conformance.samples import customer, page
from harness.conformance.sessions import together

TURNS = 6
TALKS = 6
REPEATS = re.compile("Harness says .* and no more", re.DOTALL)
# The longest one first: whoever takes longer over it must not be overtaken.
IN_ORDER = (f"first question: {page(1200)}", "second question", f"third question: {page(300)}", "fourth")
PATIENT = 3
# Letters that do not survive a wrong turn on their way, between two that do.
FRAGILE = '<é ß Ł Ж 李 ā नि 🙂 𠮷 & "quoted" it\'s>'


@pytest.mark.requirement("RPL-1")
@pytest.mark.aside
def test_every_message_of_a_dialogue_is_answered(check, api, sessions, replies):
    def talk(session):
        for turn in range(TURNS):
            before = len(replies.of(session.id))
            sent = check.accepted(api.send_message(session.id, f"Question {turn + 1}: is anybody there?"))
            came = replies.wait(session.id, before + 1)
            check.that(
                len(came) > before or any(arrival.participant == "agent" for arrival in came),
                "a message that was accepted leads to a reply at the registered URL",
                after=sent,
                seen=f"none within {replies.timeout_s:g} s, to message {turn + 1} of the session",
            )

    together(talk, sessions.several(TALKS))


@pytest.mark.requirement("RPL-1")
@pytest.mark.aside
def test_not_one_message_in_many_stays_unanswered(check, api, sessions, replies, effort):
    """One message a session, so that each reply that is missing is missed. Some talk alone, most at once."""
    opened = [session for _ in range(0, effort.volley, 32) for session in sessions.several(min(32, effort.volley))]
    sent = together(lambda session: api.send_message(session.id, "Is anybody there?"), opened)
    taken = [(session, answer) for session, answer in zip(opened, sent, strict=True) if answer.status == 200]
    if not taken:
        raise NotExercised("no message was accepted")
    came = replies.wait_all({session.id: 1 for session, _ in taken})
    silent = [(session, answer) for session, answer in taken if not came[session.id]]
    check.that(
        not silent,
        "a message that was accepted leads to a reply at the registered URL",
        count=len(taken),
        after=silent[0][1] if silent else None,
        seen=f"{len(silent)} of {len(taken)} messages, each in a session of its own, got none",
    )


@pytest.mark.requirement("RPL-1")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_message_that_was_accepted_was_answered(check, replies, ledger):
    owed = ledger.owed()
    came = replies.wait_all(owed)
    short = {
        session: f"{len(came[session])} of {count}"
        for session, count in owed.items()
        if len(came[session]) < count and not any(arrival.participant == "agent" for arrival in came[session])
    }
    if ledger.gone:
        raise NotExercised("the target is gone, and what it owed went with it")
    check.that(
        not short,
        "each message that was accepted leads to a reply at the registered URL",
        count=sum(owed.values()),
        seen=f"in {len(short)} of {len(owed)} sessions replies are missing: {dict(list(short.items())[:3])}",
    )


@pytest.mark.requirement("RPL-3")
@pytest.mark.aside
def test_replies_reach_the_session_that_asked(check, api, sessions, replies, effort):
    alone = sessions.several(3)
    for session in alone:
        check.accepted(api.send_message(session.id, "Just me"))
        replies.wait(session.id)
    talking = sessions.several(effort.talkers)
    listening = sessions.several(effort.talkers // 2)
    asked = {session.id: 1 + number % 3 for number, session in enumerate(talking)}

    def ask(session):
        for number in range(asked[session.id]):
            check.accepted(api.send_message(session.id, f"Who is number {number}?"))

    together(ask, talking)
    came = replies.wait_all(asked)
    short = [session for session in asked if len(came[session]) < asked[session]]
    strays = [session.id for session in listening if replies.of(session.id)]
    check.that(
        not short or not strays,
        "a reply's sessionId is that of the session that the message was sent to",
        count=sum(map(len, came.values())),
        seen=f"too few replies for {short[:3]}, which asked, but some for {strays[:3]}, which did not",
    )
    if not any(came.values()):
        raise NotExercised("no reply came that could have gone astray")
    # Where one is short of replies, and another that asked as often has more than anybody was ever sent, one's went to
    # the other.
    each = max((len(replies.of(session.id)) for session in alone), default=1)
    full = [session for session in asked if len(came[session]) > each * asked[session]]
    check.that(
        not short or not full,
        "a reply's sessionId is that of the session that the message was sent to",
        seen=f"too few replies for {short[:3]}, and too many for {full[:3]}",
    )
    for session in talking:
        users = {arrival.user for arrival in came[session.id] if arrival.user is not None}
        check.that(
            users <= {session.user} or session.user is None,
            "a reply's userId is that of the session that the message was sent to",
            count=len(users),
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
def test_every_reply_is_spoken_by_somebody(check, replies, ledger):
    expected = "participantType is bot or agent; content is a string, in the characters that were meant"
    check.clean(arrival_oracles.spoken(replies.all(), ledger.talks), expected)


@pytest.mark.requirement("RPL-4")
@pytest.mark.aside
def test_what_a_reply_repeats_is_in_the_characters_that_were_meant(check, api, sessions, replies):
    session = sessions.open()
    sent = check.accepted(api.send_message(session.id, f"Harness says {FRAGILE} and no more"))
    came = replies.wait(session.id)
    if not came:
        raise NotExercised("no reply came that could repeat anything")
    garbled = [text for text in map(content_of, came) if REPEATS.search(text) and FRAGILE not in text]
    expected = "what a reply repeats of a message is as it was said"
    check.that(not garbled, expected, count=len(came), after=sent, seen=garbled[0] if garbled else "")


@pytest.mark.requirement("RPL-5")
@pytest.mark.aside
def test_a_refused_message_leads_to_no_reply(check, api, sessions, replies, world):
    def somebody_else(session):
        try:
            return world.other.send_message(session.id, "I am somebody else")
        except NotExercised:
            return api.send_message(session.id, "Hello", key="Basic Zm9vOmJhcg==")

    ways = (
        lambda session: api.post(messages_path(session.id), {"text": "Hello"}),
        lambda session: api.post(messages_path(session.id), {"content": 5}),
        lambda session: api.post(messages_path(session.id), {"content": None}),
        lambda session: api.request("POST", messages_path(session.id), content=b'{"content": "Hel'),
        lambda session: api.request("POST", messages_path(session.id), content=b'["Hello"]'),
        lambda session: api.send_message(session.id, "Hello", key=None),
        lambda session: api.send_message(session.id, "Hello", key="Bearer never-issued"),
        somebody_else,
    )
    world.require_replies()
    refused, control = sessions.several(len(ways)), sessions.several(4)
    replies.quiet()  # for whoever is greeted
    known = {session.id: len(replies.of(session.id)) for session in (*refused, *control)}

    def more(session):
        return len(replies.of(session.id)) > known[session.id]

    answers = [(session, way(session)) for session, way in zip(refused, ways, strict=True)]
    answers = [(session, answer) for session, answer in answers if answer.status and 400 <= answer.status < 500]
    if not answers:
        raise NotExercised("no message was refused")
    replies.quiet()
    if any(map(more, control)):
        raise NotExercised("the target speaks of its own accord, so that a reply to nothing proves nothing")
    for session, answer in answers:
        seen = f"a webhook call for session {session.id}"
        check.that(not more(session), "a request that was refused leads to no reply", after=answer, seen=seen)


@pytest.mark.requirement("RPL-5")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_a_session_in_which_nothing_was_accepted_is_not_answered(check, world, replies, ledger):
    silent = [talk for talk in ledger.all() if talk.silent and not talk.excused]
    # As many as come to those to whom nothing happened at all are greetings.
    unasked = [len(replies.of(talk.session)) for talk in silent if not talk.refused and not talk.limited]
    world.require_replies()
    refused = [talk for talk in silent if talk.refused]
    answered = [talk.session for talk in refused if len(replies.of(talk.session)) > max(unasked, default=0)]
    seen = f"webhook calls for {answered[:3]}"
    check.that(not answered, "a request that was refused leads to no reply", count=len(refused), seen=seen)


@pytest.mark.requirement("RPL-7")
@pytest.mark.aside
def test_replies_of_a_session_come_in_the_order_of_its_messages(check, api, sessions, replies, effort):
    def said(session):
        """What came, each once, in the order of first deliveries."""
        return list(dict.fromkeys(map(content_of, replies.of(session.id))))

    def one_by_one(session):
        for number, text in enumerate(IN_ORDER):
            check.accepted(api.send_message(session.id, text))
            replies.wait(session.id, number + 1)
            replies.lull(session.id)
        return said(session)

    def at_once(session):
        for text in IN_ORDER:
            check.accepted(api.send_message(session.id, text))
        replies.wait(session.id, len(IN_ORDER))
        replies.lull(session.id)
        return said(session)

    who = customer(70)
    patient = together(one_by_one, [sessions.open(who) for _ in range(PATIENT)])
    order = learn(patient)
    if order is None or min(map(len, patient)) < len(IN_ORDER):
        raise NotExercised("its replies do not tell which messages they answer")
    hasty = together(at_once, [sessions.open(who) for _ in range(effort.talkers)])
    decided = [(heard, held) for heard in hasty if (held := order.holds(heard)) is not None]
    if not decided:
        raise NotExercised("messages that were sent at once led to other replies than those sent one by one")
    for heard, held in decided:
        check.that(held, f"the replies {order}", count=len(heard), seen=f"{heard}")


@pytest.mark.requirement("RPL-10")
@pytest.mark.aside
def test_a_human_who_took_over_is_told_as_agent(check, api, world, sessions, replies, ledger, profile):
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
    world.require_replies()
    seen = "only the bot spoke" if came else "nobody spoke any more"
    raise Unmet("a human's replies come, and are told as agent", {"curl": asked.curl(), "seen": seen})

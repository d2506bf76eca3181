"""What the document leaves open: seen and told, never failed. What there is to see of the sender: test_sender.py."""

import time
from collections import Counter

import pytest

from harness.client.source_system import encode, messages_path
from harness.conformance.outcome import NotExercised
from harness.conformance.samples import PHONE_FORMATS, customer
from harness.conformance.sightings import listed, told
from harness.conformance.webhook import MOVED

DOUBTFUL = "what it was sent is doubtful, and need not be answered"
# A session is used at this share of its time to live, and asked for again this much beyond it: a share, and seconds.
USED_AT = 0.6
BEYOND = 0.15
LEAST_BEYOND_S = 1.0


@pytest.mark.requirement("OBS-SAME-CUSTOMER")
def test_the_same_customer_twice(check, sessions):
    users = [sessions.open(customer(20)).user for _ in range(3)]
    evidence = {"sessions": len(users), "different_users": len(set(users))}
    if len(set(users)) == 1:
        check.observe("the same userId", count=3, evidence=evidence)
    else:
        check.absent("a userId for each session", count=3, evidence=evidence)


@pytest.mark.requirement("OBS-CLIENT-ID")
def test_a_client_id_that_is_not_the_keys(check, api):
    answer = api.post("/v1/sessions", {"clientId": "0" * 32, "source": "sms", "customer": customer(21)})
    find = check.absent if answer.accepted else check.observe
    find(f"a foreign clientId: {told(answer)}", evidence={"curl": answer.curl(), "answer": told(answer)})


@pytest.mark.requirement("OBS-SOURCE")
def test_other_sources(check, api):
    seen = {source: told(api.create_session(customer(22), source)) for source in ("web", "webchat", "unheard-of")}
    check.observe(listed(seen), count=len(seen), evidence={"answers": seen})


@pytest.mark.requirement("OBS-CUSTOMER-FIELDS")
def test_customers_with_fields_left_out(check, api):
    whole = customer(23)
    seen = {name: told(api.create_session({k: v for k, v in whole.items() if k != name})) for name in whole}
    seen["all of them"] = told(api.create_session({}))
    check.observe(f"left out, {listed(seen)}", count=len(seen), evidence={"answers_without": seen})


@pytest.mark.requirement("OBS-NULL-FIELDS")
def test_customers_with_null_in_a_field(check, api):
    seen = {name: told(api.create_session({**customer(24), name: None})) for name in customer(24)}
    check.observe(f"null, {listed(seen)}", count=len(seen), evidence={"answers": seen})


@pytest.mark.requirement("OBS-PHONE-FORMATS")
def test_phone_numbers_in_other_formats(check, api):
    seen = {
        name: told(api.create_session({**customer(28), "phoneNumber": number}))
        for name, number in PHONE_FORMATS.items()
    }
    check.observe(listed(seen), count=len(seen), evidence={"numbers": PHONE_FORMATS, "answers": seen})


@pytest.mark.requirement("OBS-UNKNOWN-KEYS")
def test_unknown_keys_in_a_request(check, api, sessions):
    created = api.create_session({**customer(25), "shoeSize": "42"})
    said = api.post(messages_path(sessions.open().id), {"content": "Hello", "mood": "good"})
    seen = {"createSession": told(created), "sendMessage": told(said)}
    check.observe(listed(seen), count=2, evidence={"answers": seen})


@pytest.mark.requirement("OBS-DUPLICATE-KEYS")
def test_a_key_that_comes_twice(check, api, sessions):
    path = messages_path(sessions.open().id)
    answer = api.request("POST", path, content=b'{"content": "one", "content": "two"}')
    check.observe(told(answer), evidence={"curl": answer.curl(), "answer": told(answer)})


@pytest.mark.requirement("OBS-EMPTY-CONTENT")
def test_empty_and_blank_content(check, api, sessions, ledger):
    session = sessions.open()
    ledger.excuse(session.id, DOUBTFUL)
    seen = {name: told(api.send_message(session.id, text)) for name, text in (("empty", ""), ("blank", "  \n"))}
    check.observe(listed(seen), count=2, evidence={"answers": seen})


@pytest.mark.requirement("OBS-CONTROL-CHARACTERS")
def test_control_characters_in_content(check, api, sessions, ledger):
    session = sessions.open()
    ledger.excuse(session.id, DOUBTFUL)
    seen = {name: told(api.send_message(session.id, text)) for name, text in (("NUL", "a\0b"), ("BEL", "a\x07b"))}
    check.observe(listed(seen), count=2, evidence={"answers": seen})


@pytest.mark.requirement("OBS-LONGEST-CONTENT")
def test_long_content(check, api, sessions):
    session = sessions.open()
    lengths = (5_000, 10_000, 20_000, 60_000)
    seen = {str(length): told(api.send_message(session.id, "x" * length)) for length in lengths}
    check.observe(f"characters, {listed(seen)}", count=len(lengths), evidence={"answers_by_length": seen})


@pytest.mark.requirement("OBS-IDEMPOTENCY")
def test_a_request_that_is_repeated(check, api):
    body = encode({"clientId": api.client_id, "source": "sms", "customer": customer(26)})
    key = [("Idempotency-Key", "5f0c3d7e-harness")]
    first, second = (api.request("POST", "/v1/sessions", content=body, headers=key) for _ in range(2))
    evidence = {"curl": first.curl(), "answers": [told(first), told(second)]}
    if first.accepted and first.member("sessionId") == second.member("sessionId"):
        check.observe("with an Idempotency-Key: the same session", count=2, evidence=evidence)
    else:
        check.absent("with an Idempotency-Key: another session", count=2, evidence=evidence)


@pytest.mark.requirement("OBS-UNKNOWN-EVENTS")
def test_an_event_that_the_document_does_not_know(check, api, webhook):
    answer = api.register_webhook(webhook.url, "unheard-of")
    webhook.register()
    find = check.observe if answer.accepted else check.absent
    find(told(answer), evidence={"answer": told(answer)})


@pytest.mark.requirement("OBS-ALLOW")
def test_the_allow_header_of_a_405(check, api):
    answer = api.request("DELETE", "/v1/sessions")
    allowed = answer.header("allow")
    evidence = {"answer": told(answer), "allow": allowed}
    if allowed:
        check.observe(f"{told(answer)}, Allow: {allowed}", evidence=evidence)
    else:
        check.absent(f"{told(answer)}, no Allow", evidence=evidence)


@pytest.mark.requirement("OBS-DEREGISTRATION")
@pytest.mark.stage("late")
def test_how_a_webhook_is_deregistered(check, api, sessions, replies, webhook, ledger):
    replies.settle(ledger)
    ways = {
        "DELETE": lambda: api.request("DELETE", "/v1/webhooks"),
        "DELETE with the url": lambda: api.request("DELETE", "/v1/webhooks", content=encode({"url": webhook.url})),
        "POST of an empty url": lambda: api.register_webhook(""),
    }
    answers, silenced = {}, []
    for way, deregister in ways.items():
        try:
            answer = deregister()
            answers[way] = told(answer)
            if answer.accepted and not heard(api, sessions, replies, ledger):
                silenced.append(way)
        finally:
            webhook.register()
    evidence = {"answers": answers, "then_no_reply_came": silenced}
    if silenced:
        check.observe(f"by {' or by '.join(silenced)}: then no reply comes", count=len(ways), evidence=evidence)
    else:
        check.absent(f"by none of these: {listed(answers)}", count=len(ways), evidence=evidence)


def heard(api, sessions, replies, ledger):
    """Whether a message still leads to a reply."""
    session = sessions.open()
    ledger.excuse(session.id, "no webhook may be registered for its reply")
    api.send_message(session.id, "Is anybody listening?")
    replies.quiet()
    return bool(replies.of(session.id))


@pytest.mark.requirement("OBS-SESSION-LIFETIME")
@pytest.mark.stage("later")
@pytest.mark.aside
def test_whether_use_prolongs_a_session(check, api, world, sessions, replies, ledger):
    """A session is used once, in good time, and asked for again beyond its time to live."""
    ttl_s = waited_for(world)
    session = sessions.open()
    born = time.monotonic()
    ledger.excuse(session.id, "it is asked for when it may be gone")
    replies.rest(USED_AT * ttl_s)
    used = api.send_message(session.id, "I am still here")
    beyond_s = ttl_s + max(LEAST_BEYOND_S, BEYOND * ttl_s)
    replies.rest(born + beyond_s - time.monotonic())
    asked = api.send_message(session.id, "And are you?")
    if not used.accepted or asked.status not in (200, 404):
        raise NotExercised("the session could not be used as it would have had to be")
    evidence = {
        "time_to_live_s": ttl_s,
        "used_at_s": round(USED_AT * ttl_s, 1),
        "asked_at_s": round(beyond_s, 1),
        "answer": told(asked),
    }
    find = check.observe if asked.accepted else check.absent
    outcome = "use prolongs it" if asked.accepted else "use does not prolong it"
    when = f"used at {evidence['used_at_s']:g} s and asked for at {evidence['asked_at_s']:g} s"
    find(f"{outcome}: {when}: {told(asked)}", count=2, evidence=evidence)


def waited_for(world):
    """The time to live, in seconds, where this run knows it and waits for so long. Raises NotExercised."""
    if world.profile.session_ttl is None:
        ages = [sent - talk.created_at for talk in world.ledger.all() for sent, _ in talk.accepted]
        oldest = f"the oldest session that took a message was {max(ages, default=0) / 1e9:.1f} s old"
        raise NotExercised(f"no --session-ttl was given; {oldest}")
    ttl_s = world.awaited_ttl_s()
    if ttl_s * (1 - USED_AT) < LEAST_BEYOND_S:
        raise NotExercised(f"{ttl_s:g} s are too short to tell what use does to them")
    return ttl_s


@pytest.mark.requirement("OBS-REGISTRATIONS")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_whether_a_registration_adds_or_replaces(check, replies, ledger):
    """Sessions with a single message, one of whose replies came to a URL that was registered after another one."""
    moved = {arrival.session for arrival in replies.all(endpoint=MOVED)}
    single = [talk.session for talk in ledger.all() if len(talk.accepted) == 1 and talk.session in moved]
    if not single:
        raise NotExercised("no reply came to a URL that was registered after another one")
    both = sum(bool(replies.of(session, endpoint="")) for session in single)
    evidence = {"sessions_heard_at_the_second_url": len(single), "and_at_the_first": both}
    found = "it adds: both URLs get the reply" if both else "it replaces: only the second URL gets the reply"
    check.observe(found, count=len(single), evidence=evidence)


@pytest.mark.requirement("OBS-REPLIES-PER-MESSAGE")
@pytest.mark.stage("last")
def test_how_many_replies_a_message_gets(check, replies, ledger):
    single = [talk for talk in ledger.all() if len(talk.accepted) == 1 and not talk.excused]
    seen = Counter(len(replies.of(talk.session)) for talk in single)
    if seen:
        told_of = ", ".join(f"{count} in {sessions} sessions" for count, sessions in sorted(seen.items()))
        evidence = {"sessions_by_replies": {str(count): seen[count] for count in sorted(seen)}}
        check.observe(f"replies to one message: {told_of}", count=seen.total(), evidence=evidence)


@pytest.mark.requirement("OBS-EARLY-REPLY")
@pytest.mark.stage("last")
def test_whether_a_reply_can_come_before_the_200(check, replies, ledger):
    spoke = [talk for talk in ledger.all() if talk.accepted and replies.of(talk.session)]
    early = sum(replies.of(talk.session)[0].at < talk.accepted[0][1] for talk in spoke)
    if spoke:
        find = check.observe if early else check.absent
        find(f"in {early} of {len(spoke)} sessions", count=len(spoke), evidence={"early": early, "of": len(spoke)})


@pytest.mark.requirement("OBS-PROACTIVE")
@pytest.mark.stage("last")
def test_whether_the_target_speaks_unasked(check, replies, ledger):
    silent = [talk for talk in ledger.all() if talk.silent]
    spoken_to = sum(bool(replies.of(talk.session)) for talk in silent)
    if silent:
        find = check.observe if spoken_to else check.absent
        find(
            f"in {spoken_to} of {len(silent)} sessions where nothing was said",
            count=len(silent),
            evidence={"spoken_to": spoken_to, "of": len(silent)},
        )

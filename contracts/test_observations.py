"""What the document leaves open: seen and told, never failed. What there is to see of the sender: test_sender.py."""

import re
import statistics
import time
from collections import Counter
from itertools import pairwise

import pytest

from harness.client.source_system import encode, messages_path
from harness.conformance.outcome import NotExercised
from harness.conformance.samples import PHONE_FORMATS, customer

DOUBTFUL = "what it was sent is doubtful, and need not be answered"
# The longest that the lifetime of a session is waited for, beside the other checks: seconds.
LIFETIMES_S = {"quick": 5.0, "standard": 30.0, "thorough": 150.0}
# A session is used at this share of its time to live, and asked for again this much beyond it: a share, and seconds.
USED_AT = 0.6
BEYOND = 0.15
LEAST_BEYOND_S = 1.0
# A header that tells what is left of the limit, or the part of a RateLimit header that does.
REMAINING = re.compile(r"(?:x-)?rate-?limit-remaining(?:-.*)?", re.IGNORECASE)
REMAINING_PART = re.compile(r"\b(?:remaining|r)=(\d+)")


def told(answer):
    """An answer in a few words."""
    code = answer.member("errorCode")
    return f"HTTP {answer.status}" + (f" {code}" if isinstance(code, str) else "")


def listed(seen):
    """Cases and what was seen of each, those of which the same was seen together."""
    by_sight = {sight: [case for case in seen if seen[case] == sight] for sight in dict.fromkeys(seen.values())}
    return "; ".join(f"{sight}: {', '.join(cases)}" for sight, cases in by_sight.items())


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


@pytest.mark.requirement("OBS-REGISTRATIONS")
@pytest.mark.stage("late")
def test_whether_a_registration_adds_or_replaces(check, api, sessions, replies, webhook, ledger):
    replies.settle(ledger)
    session = sessions.open()
    ledger.excuse(session.id, "its reply goes to another URL, on purpose")
    try:
        if not api.register_webhook(webhook.open("second")).accepted:
            raise NotExercised("a second URL could not be registered")
        api.send_message(session.id, "Which of you hears this?")
        second = replies.wait(session.id, endpoint="second")
        replies.quiet()
    finally:
        webhook.register()
    first = replies.of(session.id, endpoint="")
    evidence = {"calls_of_the_first_url": len(first), "calls_of_the_second_url": len(second)}
    if not first and not second:
        raise NotExercised("the message that was to tell led to no reply at either URL")
    if first and second:
        check.observe("it adds: both URLs get the reply", count=2, evidence=evidence)
    elif second:
        check.observe("it replaces: only the second URL gets the reply", count=2, evidence=evidence)
    else:
        check.observe("it does nothing: only the first URL gets the reply", count=2, evidence=evidence)


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


@pytest.mark.requirement("OBS-LIMITER-COUNTS")
@pytest.mark.stage("late")
def test_what_counts_against_the_limit(check, api, sessions, ledger):
    session = sessions.open()
    ledger.excuse(session.id, "so many messages at once that some may be limited")

    def success():
        return api.send_message(session.id, "Does this count?")

    requests = {
        "400": lambda: api.post(messages_path(session.id), {}),
        "401": lambda: api.send_message(session.id, "Does this count?", key="Bearer not-a-key"),
        "404": lambda: api.send_message("never-given-out", "Does this count?"),
    }
    costs = {"200": cost(success, None)}
    if costs["200"] is None:
        raise NotExercised("no answer tells what is left of a limit, or it fills up again too fast to tell")
    costs |= {name: cost(success, request) for name, request in requests.items()}
    counted = {name: None if spent is None else spent > 0 for name, spent in costs.items()}
    words = {True: "counts", False: "does not count", None: "cannot be told"}
    seen = {f"a {name}": words[counts] for name, counts in counted.items()}
    check.observe(listed(seen), count=len(seen), evidence={"spent_by_one": costs})


def cost(success, between):
    """What one request of a kind spends, from what is left before and after it; of a success without `between`.

    The middle one of several: what fills up again meanwhile makes single ones too small. None where it cannot be told.
    """
    left = [remaining(success())]
    for _ in range(4):
        if between is not None:
            between()
        left.append(remaining(success()))
    if None in left:
        return None
    spent = [former - later for former, later in pairwise(left) if later < former]
    if len(spent) < 3:
        return None
    return round(statistics.median(spent)) - (between is not None)


def remaining(answer):
    """What is left of the limit, as the answer tells it; None where it does not."""
    for name, value in answer.headers:
        if REMAINING.fullmatch(name) and value.strip().isdigit():
            return int(value)
        part = REMAINING_PART.search(value) if name.lower() in ("ratelimit", "x-ratelimit") else None
        if part:
            return int(part[1])
    return None


@pytest.mark.requirement("OBS-SESSION-LIFETIME")
@pytest.mark.stage("later")
@pytest.mark.aside
def test_whether_use_prolongs_a_session(check, api, sessions, replies, ledger, profile):
    """A session is used once, in good time, and asked for again beyond its time to live."""
    ttl_s = waited_for(profile, ledger)
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


def waited_for(profile, ledger):
    """The time to live, in seconds, where this run knows it and has the time. Raises NotExercised."""
    ttl_s, longest_s = profile.session_ttl, LIFETIMES_S[profile.budget]
    if ttl_s is None:
        ages = [sent - talk.created_at for talk in ledger.all() for sent, _ in talk.accepted]
        oldest = f"the oldest session that took a message was {max(ages, default=0) / 1e9:.1f} s old"
        raise NotExercised(f"no --session-ttl was given; {oldest}")
    if ttl_s * (1 + BEYOND) > longest_s:
        raise NotExercised(f"{ttl_s:g} s are more than --budget {profile.budget} waits for")
    if ttl_s * (1 - USED_AT) < LEAST_BEYOND_S:
        raise NotExercised(f"{ttl_s:g} s are too short to tell what use does to them")
    return ttl_s


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


@pytest.mark.requirement("OBS-LIMITER-HEADERS")
@pytest.mark.stage("last")
def test_the_headers_of_a_limiter(check, api):
    answer = api.create_session(customer(27))
    shown = {name: value for name, value in answer.headers if "ratelimit" in name.lower().replace("-", "")}
    if shown:
        check.observe(", ".join(shown), evidence={"headers": shown})
    else:
        check.absent("none", evidence={"headers": shown})

"""One tenant and another, and what a stranger could guess or read."""

import math
from collections import Counter
from itertools import pairwise
from urllib.parse import quote

import pytest

from harness.client.source_system import messages_path
from harness.conformance import arrival_oracles
from harness.conformance.ledger import OWN
from harness.conformance.outcome import NotExercised
from harness.conformance.samples import customer, strangers
from harness.conformance.sessions import together
from harness.conformance.webhook import OTHERS

# How many ids are looked at, and how many bits of them must be open: fewer than in any random id in use.
SAMPLE = 48
FEWEST_BITS = 48
FEWEST_BITS_BETWEEN = 24
MARKUP = "<script>alert(1)</script><img src=x>"


@pytest.mark.requirement("SEC-1")
def test_another_tenants_key_cannot_use_a_session(check, api, other, sessions):
    for session in sessions.several(3):
        check.client_error(other.send_message(session.id, "I am somebody else"))
        check.accepted(api.send_message(session.id, "And I am not"))
        check.client_error(other.send_message(session.id, "I still am somebody else"))
    theirs = check.accepted(other.create_session(customer(62))).member("sessionId")
    check.client_error(api.send_message(theirs, "I am somebody else"))
    check.accepted(other.send_message(theirs, "And I am not"))


@pytest.mark.requirement("SEC-2")
@pytest.mark.stage("late")
def test_another_tenants_webhook_gets_nothing_of_ours(check, api, other, sessions, replies, webhook, ledger):
    replies.settle(ledger)
    before = sessions.open()
    if not other.register_webhook(webhook.open(OTHERS)).accepted:
        raise NotExercised("the second tenant could not register a webhook")
    try:
        ours = [before, *sessions.several(5)]
        sent = together(lambda session: api.send_message(session.id, "For my webhook only"), ours)
        theirs = other.create_session(customer(63)).member("sessionId")
        other.send_message(str(theirs), "And this is for mine")
        came = replies.wait_all({session.id: 1 for session in ours}, endpoint="")
        taken = [session for session in ours if not came[session.id]]
        check.that(not taken, "our replies come to our webhook", count=len(ours), after=sent[0])
    finally:
        webhook.register()


@pytest.mark.requirement("SEC-2")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_another_tenants_webhook_got_nothing_of_ours(check, other, replies, ledger):
    replies.quiet(ledger.latest)
    came = replies.all(endpoint=OTHERS)
    if not came:
        raise NotExercised("nothing ever came to the second tenant's webhook")
    ours = {talk.session for talk in ledger.all() if talk.key == OWN}
    copied = [arrival.session for arrival in came if arrival.session in ours]
    seen = f"{len(copied)} calls for our sessions, such as {copied[:3]}"
    check.that(not copied, "another tenant's webhook gets no copy", count=len(came), seen=seen)


@pytest.mark.requirement("SEC-3")
def test_ids_cannot_be_guessed(check, sessions):
    opened = [sessions.open(who) for who in strangers(SAMPLE)]
    unguessable(check, "sessionId", [session.id for session in opened])
    users = list(dict.fromkeys(session.user for session in opened if session.user is not None))
    if len(users) == SAMPLE:  # fewer are SES-6's business
        unguessable(check, "userId", users)


def unguessable(check, name, ids):
    open_bits, between = spread(ids), gap(ids)
    check.that(
        open_bits >= FEWEST_BITS,
        f"at least {FEWEST_BITS} bits of a {name} differ from one to the next",
        count=len(ids),
        seen=f"about {open_bits:.0f} bits in ids such as {ids[:3]}",
    )
    check.that(
        between is None or between >= FEWEST_BITS_BETWEEN,
        f"a {name} does not follow from the one before it",
        count=len(ids),
        seen=f"ids created one after the other: {ids[:3]}",
    )


def spread(ids):
    """About how many bits of an id are open: the entropy of each of its places, over the sample."""
    width = max(map(len, ids))
    places = [Counter(text.ljust(width)[place] for text in ids) for place in range(width)]
    return sum(-sum(n / len(ids) * math.log2(n / len(ids)) for n in counts.values()) for counts in places)


def gap(ids):
    """The median distance of successive ids, in bits; None where they are no numbers."""
    for base in (10, 16, 36):
        try:
            numbers = [int(text.replace("-", ""), base) for text in ids]
        except ValueError:
            continue
        distances = sorted(abs(later - former).bit_length() for former, later in pairwise(numbers))
        return distances[len(distances) // 2]
    return None


@pytest.mark.requirement("SEC-4")
def test_what_an_error_echoes_is_no_markup(check, api, sessions):
    session = sessions.open()
    answers = [
        api.post("/v1/sessions", {"source": MARKUP, MARKUP: MARKUP}),
        api.create_session({**customer(6), "firstName": [MARKUP]}),
        api.post(messages_path(session.id), {MARKUP: MARKUP}),
        api.post("/v1/webhooks", {"url": MARKUP, "event": MARKUP}),
        api.request("POST", "/v1/sessions", content=MARKUP.encode(), content_type="text/html"),
        api.request("GET", f"/v1/sessions?x={quote(MARKUP)}"),
        api.post(f"/v1/{quote(MARKUP, safe='')}", {}),
        api.post(messages_path(MARKUP), {"content": "Hello"}, odd=True),
        api.create_session(customer(6), key=f"Bearer {MARKUP}"),
    ]
    for answer in answers:
        as_markup = "html" in (answer.header("content-type") or "").lower() and MARKUP.encode() in answer.body
        check.holds(not as_markup, "what is echoed is no markup", answer)


@pytest.mark.requirement("SEC-4")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_no_webhook_call_leaks(check, replies, api):
    check.clean(arrival_oracles.discreet(replies.all(), api.holds_key), "no stack trace, no path, no key")


@pytest.mark.requirement("SEC-7")
def test_no_origin_is_let_in_with_credentials(check, api, sessions):
    for origin in ("https://attacker.example", "null"):
        asking = [("Origin", origin), ("Access-Control-Request-Method", "POST")]
        preflight = api.request("OPTIONS", "/v1/sessions", key=None, headers=asking)
        answers = [preflight, api.create_session(customer(7), headers=[("Origin", origin)])]
        for answer in answers:
            credentialed = (answer.header("access-control-allow-credentials") or "").lower() == "true"
            allowed = answer.header("access-control-allow-origin")
            check.holds(not credentialed or allowed not in ("*", origin), "no credentialed CORS for any origin", answer)

"""What the document leaves open: seen and told, never failed."""

from collections import Counter

import pytest

from harness.client.source_system import encode, messages_path
from harness.conformance.samples import customer


def told(answer):
    """An answer in a few words."""
    code = answer.member("errorCode")
    return f"HTTP {answer.status}" + (f" {code}" if isinstance(code, str) else "")


@pytest.mark.requirement("OBS-SAME-CUSTOMER")
def test_the_same_customer_twice(check, sessions):
    users = {sessions.open(customer(20)).user for _ in range(3)}
    check.observe("the same userId" if len(users) == 1 else "a userId for each session", count=3)


@pytest.mark.requirement("OBS-CLIENT-ID")
def test_a_client_id_that_is_not_the_keys(check, api):
    body = {"clientId": "0" * 32, "source": "sms", "customer": customer(21)}
    check.observe(f"a foreign clientId: {told(api.post('/v1/sessions', body))}")


@pytest.mark.requirement("OBS-SOURCE")
def test_other_sources(check, api):
    seen = {source: told(api.create_session(customer(22), source)) for source in ("web", "webchat", "unheard-of")}
    check.observe(", ".join(f"{source}: {answer}" for source, answer in seen.items()), count=len(seen))


@pytest.mark.requirement("OBS-CUSTOMER-FIELDS")
def test_customers_with_fields_left_out(check, api):
    whole = customer(23)
    seen = {name: told(api.create_session({k: v for k, v in whole.items() if k != name})) for name in whole}
    seen["all of them"] = told(api.create_session({}))
    check.observe("without " + ", ".join(f"{name}: {answer}" for name, answer in seen.items()), count=len(seen))


@pytest.mark.requirement("OBS-NULL-FIELDS")
def test_customers_with_null_in_a_field(check, api):
    seen = Counter(told(api.create_session({**customer(24), name: None})) for name in customer(24))
    check.observe(", ".join(f"{answer} for {count}" for answer, count in seen.items()), count=seen.total())


@pytest.mark.requirement("OBS-UNKNOWN-KEYS")
def test_unknown_keys_in_a_request(check, api, sessions):
    created = api.create_session({**customer(25), "shoeSize": "42"})
    said = api.post(messages_path(sessions.open().id), {"content": "Hello", "mood": "good"})
    check.observe(f"createSession: {told(created)}, sendMessage: {told(said)}", count=2)


@pytest.mark.requirement("OBS-DUPLICATE-KEYS")
def test_a_key_that_comes_twice(check, api, sessions):
    path = messages_path(sessions.open().id)
    check.observe(told(api.request("POST", path, content=b'{"content": "one", "content": "two"}')))


@pytest.mark.requirement("OBS-EMPTY-CONTENT")
def test_empty_and_blank_content(check, api, sessions, ledger):
    session = sessions.open()
    ledger.excuse(session.id, "what it was sent is doubtful, and need not be answered")
    empty, blank = api.send_message(session.id, ""), api.send_message(session.id, "  \n")
    check.observe(f"empty: {told(empty)}, blank: {told(blank)}", count=2)


@pytest.mark.requirement("OBS-CONTROL-CHARACTERS")
def test_control_characters_in_content(check, api, sessions, ledger):
    session = sessions.open()
    ledger.excuse(session.id, "what it was sent is doubtful, and need not be answered")
    nul, bell = api.send_message(session.id, "a\0b"), api.send_message(session.id, "a\x07b")
    check.observe(f"NUL: {told(nul)}, BEL: {told(bell)}", count=2)


@pytest.mark.requirement("OBS-LONGEST-CONTENT")
def test_long_content(check, api, sessions):
    session = sessions.open()
    lengths = (5_000, 10_000, 20_000, 60_000)
    seen = [f"{length}: {told(api.send_message(session.id, 'x' * length))}" for length in lengths]
    check.observe(f"characters: {', '.join(seen)}", count=len(lengths))


@pytest.mark.requirement("OBS-IDEMPOTENCY")
def test_a_request_that_is_repeated(check, api):
    body = encode({"clientId": api.client_id, "source": "sms", "customer": customer(26)})
    key = [("Idempotency-Key", "5f0c3d7e-harness")]
    first, second = (api.request("POST", "/v1/sessions", content=body, headers=key) for _ in range(2))
    same = first.member("sessionId") == second.member("sessionId")
    check.observe(f"with an Idempotency-Key: {'the same session' if same else 'another session'}", count=2)


@pytest.mark.requirement("OBS-UNKNOWN-EVENTS")
def test_an_event_that_the_document_does_not_know(check, api, webhook):
    seen = told(api.register_webhook(webhook.url, "unheard-of"))
    webhook.register()
    check.observe(seen)


@pytest.mark.requirement("OBS-ALLOW")
def test_the_allow_header_of_a_405(check, api):
    answer = api.request("DELETE", "/v1/sessions")
    allowed = answer.header("allow")
    check.observe(f"{told(answer)}, Allow: {allowed}" if allowed else f"{told(answer)}, no Allow")


@pytest.mark.requirement("OBS-REPLIES-PER-MESSAGE")
@pytest.mark.stage("last")
def test_how_many_replies_a_message_gets(check, replies, ledger):
    single = [talk for talk in ledger.all() if len(talk.accepted) == 1 and not talk.excused]
    seen = Counter(len(replies.of(talk.session)) for talk in single)
    if seen:
        told_of = ", ".join(f"{count} in {sessions} sessions" for count, sessions in sorted(seen.items()))
        check.observe(f"replies to one message: {told_of}", count=seen.total())


@pytest.mark.requirement("OBS-EARLY-REPLY")
@pytest.mark.stage("last")
def test_whether_a_reply_can_come_before_the_200(check, replies, ledger):
    spoke = [talk for talk in ledger.all() if talk.accepted and replies.of(talk.session)]
    early = sum(replies.of(talk.session)[0].at < talk.accepted[0][1] for talk in spoke)
    if spoke:
        check.observe(f"in {early} of {len(spoke)} sessions", count=len(spoke))


@pytest.mark.requirement("OBS-PROACTIVE")
@pytest.mark.stage("last")
def test_whether_the_target_speaks_unasked(check, replies, ledger):
    silent = [talk for talk in ledger.all() if talk.silent]
    spoken_to = sum(bool(replies.of(talk.session)) for talk in silent)
    if silent:
        check.observe(f"in {spoken_to} of {len(silent)} sessions where nothing was said", count=len(silent))


@pytest.mark.requirement("OBS-LIMITER-HEADERS")
@pytest.mark.stage("last")
def test_the_headers_of_a_limiter(check, api):
    answer = api.create_session(customer(27))
    names = [name for name, _ in answer.headers if "ratelimit" in name.lower().replace("-", "")]
    check.observe(", ".join(names) or "none")

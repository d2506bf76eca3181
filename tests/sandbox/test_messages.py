"""sendMessage: what it takes, and the replies that follow."""

import json

import pytest

from tests.sandbox.process import CLIENT_ID, QUICK, until


def test_a_message_to_a_live_session_gets_the_documented_answer(sandbox):
    session_id, _ = sandbox.create_session()
    response = sandbox.send(session_id)

    assert (response.status_code, response.json()) == (200, {"status": 200})


def test_a_session_id_that_was_never_given_out_is_the_documented_404(sandbox):
    response = sandbox.send("d6a2593eddd3457d8c31b8c04c8d84ef")

    assert (response.status_code, response.json()) == (404, {"status": 404, "errorCode": "session_not_found"})


@pytest.mark.parametrize("content", [None, 1, True, [], {}, "", " ", "\n\t"])
def test_content_that_is_no_text_or_blank_is_a_400(sandbox, content):
    session_id, _ = sandbox.create_session()

    assert sandbox.send(session_id, content).status_code == 400


def test_content_that_is_missing_is_a_400(sandbox):
    session_id, _ = sandbox.create_session()

    assert sandbox.post(f"/v1/sessions/{session_id}/messages", {"text": "hi"}).status_code == 400


@pytest.mark.parametrize("character", ["a", "é", "李", "🙂", "\x00", "\ud800", '"', "\\"])
def test_ten_thousand_characters_of_any_kind_are_accepted_and_answered(sandbox, receiver, character):
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    body = json.dumps({"content": character * 10_000}).encode()
    response = sandbox.post(f"/v1/sessions/{session_id}/messages", content=body)

    assert response.status_code == 200
    receiver.wait_for(1)


def test_more_than_ten_thousand_characters_are_a_400_that_says_so(sandbox):
    session_id, _ = sandbox.create_session()
    response = sandbox.send(session_id, "a" * 10_001)

    assert response.status_code == 400
    assert "10000" in response.json()["message"]


def test_a_message_leads_to_one_documented_reply_at_the_registered_url(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, user_id = sandbox.create_session()
    sandbox.send(session_id)
    (arrival,) = receiver.wait_for(1)

    assert arrival.path == "/hook"
    assert arrival.headers["Content-Type"] == "application/json"
    assert int(arrival.headers["Content-Length"]) == len(arrival.raw)
    assert arrival.event == {
        "event": "message",
        "data": {
            "sessionId": session_id,
            "userId": user_id,
            "content": "Hi, I'm a Travtus Teammate, how can I help?",
            "participantType": "bot",
        },
    }
    sandbox.settled()
    assert len(receiver.arrivals) == 1


def test_replies_are_utf_8_and_never_blank(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    for _ in range(12):
        sandbox.send(session_id)
    contents = [arrival.data["content"] for arrival in receiver.wait_for(12)]

    assert all(content.strip() for content in contents)
    assert any(not content.isascii() for content in contents)


def test_a_reply_quotes_nothing_of_the_message(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session(firstName="<script>name</script>")
    sandbox.send(session_id, "<script>content</script>")

    assert b"<script>" not in receiver.wait_for(1)[0].raw


@pytest.mark.parametrize("phrase", ["Can I SPEAK to a Human, please?", "talk to an agent"])
def test_after_a_hand_over_phrase_a_human_agent_replies(sandbox, receiver, phrase):
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    for content in ("hello", phrase, "hello again"):
        sandbox.send(session_id, content)

    assert [arrival.data["participantType"] for arrival in receiver.wait_for(3)] == ["bot", "agent", "agent"]


def test_a_hand_over_is_of_one_session_only(sandbox, receiver):
    sandbox.register(receiver.url)
    first, second = sandbox.create_session()[0], sandbox.create_session()[0]
    sandbox.send(first, "speak to a human")
    sandbox.send(second, "hello")
    participants = {arrival.data["sessionId"]: arrival.data["participantType"] for arrival in receiver.wait_for(2)}

    assert participants == {first: "agent", second: "bot"}


def test_hand_over_phrases_can_be_chosen(start_sandbox, receiver):
    sandbox = start_sandbox(*QUICK, "--handover-phrase", "Operator!")
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    sandbox.send(session_id, "speak to a human")
    sandbox.send(session_id, "operator! now")

    assert [arrival.data["participantType"] for arrival in receiver.wait_for(2)] == ["bot", "agent"]


def test_replies_of_a_session_come_in_the_order_of_its_messages_however_the_delays_fall(start_sandbox, receiver):
    sandbox = start_sandbox("--reply-median", "0.02", "--reply-sigma", "1.5", "--seed", "1")
    sandbox.register(receiver.url)
    sessions = [sandbox.create_session()[0] for _ in range(5)]
    for _ in range(10):
        for session_id in sessions:
            sandbox.send(session_id)
    receiver.wait_for(50)
    sandbox.settled()
    planned = {session: [e["reply"] for e in sandbox.log("reply") if e["session"] == session] for session in sessions}
    delivered = {
        session: [e["reply"] for e in sandbox.log("attempt") if e["session"] == session] for session in sessions
    }

    assert planned == delivered
    assert all(len(replies) == 10 for replies in planned.values())


def test_a_seed_repeats_the_reply_delays(start_sandbox):
    def delays_ns(seed):
        sandbox = start_sandbox("--seed", seed)
        session_ids = [sandbox.create_session()[0] for _ in range(5)]
        for session_id in session_ids:
            sandbox.send(session_id)
        return [entry["due_ns"] - entry["received_ns"] for entry in sandbox.log("reply")]

    assert delays_ns("3") == delays_ns("3") != delays_ns("4")


def test_reply_delays_have_the_median_that_was_asked_for(start_sandbox):
    sandbox = start_sandbox("--seed", "5", "--reply-median", "0.4", "--reply-sigma", "0.5", "--quiet")
    for _ in range(200):
        sandbox.send(sandbox.create_session()[0])
    delays_s = sorted((entry["due_ns"] - entry["received_ns"]) / 1e9 for entry in sandbox.log("reply"))

    assert delays_s[100] == pytest.approx(0.4, rel=0.15)
    assert delays_s[-1] > 0.6


def test_without_a_webhook_the_message_is_accepted_and_its_reply_dropped_with_a_reason(sandbox):
    session_id, _ = sandbox.create_session()
    assert sandbox.send(session_id).status_code == 200
    (abandoned,) = until(lambda: sandbox.log("abandoned"))

    assert "no webhook is registered" in abandoned["reason"]
    assert abandoned["tenant"] == CLIENT_ID
    assert sandbox.log("attempt") == []


def test_a_refused_message_leads_to_no_reply(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    for content in ("", "!400", "!401", "!404", "!429", "!500"):
        assert sandbox.send(session_id, content).status_code >= 400
    sandbox.send(session_id, "hello")
    receiver.wait_for(1)
    sandbox.settled()

    assert len(receiver.arrivals) == 1
    assert len(sandbox.log("reply")) == 1

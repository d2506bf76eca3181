"""The rate limiter over HTTP: honest in what it admits, and in what it says."""

import time

from tests.sandbox.process import KEY, OTHER_CLIENT_ID, OTHER_KEY, QUICK, session_body


def test_without_a_rate_limit_there_is_no_header_of_one(sandbox):
    response = sandbox.post("/v1/sessions", session_body())

    assert not any("ratelimit" in name for name in response.headers)
    assert sandbox.state()["limiter"] is None


def test_a_limited_request_is_a_429_in_the_usual_form_and_has_no_effect(start_sandbox, receiver):
    sandbox = start_sandbox(*QUICK, "--rate-limit", "0.01", "--burst", "4")
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    sandbox.send(session_id)
    sandbox.send(session_id)
    limited = [
        sandbox.send(session_id),
        sandbox.post("/v1/sessions", session_body()),
        sandbox.post("/v1/webhooks", {"url": "http://127.0.0.1:9/", "event": "message"}),
    ]
    receiver.wait_for(2)
    sandbox.settled()

    assert [response.status_code for response in limited] == [429] * 3
    assert all(response.json()["status"] == 429 for response in limited)
    assert all(response.json()["errorCode"] == "rate_limited" for response in limited)
    assert all(90 <= int(response.headers["retry-after"]) <= 100 for response in limited)
    assert (len(receiver.arrivals), sandbox.state()["sessions"]) == (2, 1)
    assert [entry["outcome"] for entry in sandbox.log("request")] == ["accepted"] * 4 + ["limited"] * 3


def test_every_answer_to_a_key_that_is_known_tells_the_limit(start_sandbox):
    sandbox = start_sandbox("--rate-limit", "5")
    session_id, _ = sandbox.create_session()
    answers = [
        sandbox.send(session_id),
        sandbox.send(session_id, ""),
        sandbox.send("x"),
        sandbox.post("/v1/sessions", content=b"{"),
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 404, 400]
    assert all(answer.headers["ratelimit-limit"] == "5" for answer in answers)
    remaining = [int(answer.headers["ratelimit-remaining"]) for answer in answers]
    assert remaining[0] <= 3
    assert "ratelimit-limit" not in sandbox.post("/v1/sessions", {}, key="wrong").headers


def test_a_429_keeps_its_word(start_sandbox):
    sandbox = start_sandbox("--rate-limit", "2", "--burst", "2")
    for _ in range(2):
        while (response := sandbox.post("/v1/sessions", session_body())).status_code == 200:
            pass
        assert response.status_code == 429
        time.sleep(int(response.headers["retry-after"]))
        assert sandbox.post("/v1/sessions", session_body()).status_code == 200


def test_one_tenants_traffic_does_not_use_up_anothers_limit(start_sandbox):
    sandbox = start_sandbox("--rate-limit", "0.01", "--burst", "2")
    mine = [sandbox.post("/v1/sessions", session_body(), KEY).status_code for _ in range(3)]
    theirs = [sandbox.post("/v1/sessions", session_body(OTHER_CLIENT_ID), OTHER_KEY).status_code for _ in range(3)]

    assert mine == theirs == [200, 200, 429]


def test_requests_without_a_valid_key_use_nothing_up(start_sandbox):
    sandbox = start_sandbox("--rate-limit", "0.01", "--burst", "1")
    for _ in range(5):
        assert sandbox.post("/v1/sessions", session_body(), key="wrong").status_code == 401

    assert sandbox.post("/v1/sessions", session_body()).status_code == 200

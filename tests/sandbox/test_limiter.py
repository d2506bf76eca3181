"""The rate limiter: honest in what it admits, and in what it says."""

import time

import pytest

from harness.sandbox.limiter.token_bucket import TokenBucket
from tests.sandbox.process import KEY, OTHER_CLIENT_ID, OTHER_KEY, QUICK, session_body

SECOND_NS = 1_000_000_000


def test_a_bucket_admits_its_burst_at_once_and_then_its_rate():
    bucket = TokenBucket(rate_per_s=10, burst=5)
    at_once = [bucket.decide("key", 0).admitted for _ in range(7)]
    later = [bucket.decide("key", SECOND_NS // 10 * tenth).admitted for tenth in range(1, 11)]

    assert at_once == [True] * 5 + [False] * 2
    assert later == [True] * 10


def test_a_bucket_never_holds_more_than_its_burst():
    bucket = TokenBucket(rate_per_s=10, burst=3)
    bucket.decide("key", 0)

    assert [bucket.decide("key", 1000 * SECOND_NS).admitted for _ in range(4)] == [True, True, True, False]


def test_each_key_has_a_bucket_of_its_own():
    bucket = TokenBucket(rate_per_s=1, burst=1)

    assert bucket.decide("one", 0).admitted
    assert not bucket.decide("one", 0).admitted
    assert bucket.decide("two", 0).admitted


@pytest.mark.parametrize("rate", [0.1, 0.3, 1, 3, 7, 1000])
@pytest.mark.parametrize("burst", [1, 2, 10])
def test_whoever_waits_for_retry_after_is_admitted_and_whoever_comes_at_once_is_not(rate, burst):
    bucket = TokenBucket(rate, burst)
    now_ns = 0
    for _ in range(50):
        while (decision := bucket.decide("key", now_ns)).admitted:
            pass
        now_ns += int(decision.headers()["Retry-After"]) * SECOND_NS

        assert bucket.decide("key", now_ns).admitted


def test_remaining_counts_down_to_the_refusal_and_reset_tells_when_all_is_there_again():
    bucket = TokenBucket(rate_per_s=2, burst=4)
    headers = [bucket.decide("key", 0).headers() for _ in range(5)]

    assert [header["RateLimit-Remaining"] for header in headers] == ["3", "2", "1", "0", "0"]
    assert [header["RateLimit-Reset"] for header in headers] == ["1", "1", "2", "2", "2"]
    assert {header["RateLimit-Limit"] for header in headers} == {"4"}
    assert bucket.decide("key", 2 * SECOND_NS).headers()["RateLimit-Remaining"] == "3"


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

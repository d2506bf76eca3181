"""Every answer is exactly one of accepted, refused, limited, failed."""

from dataclasses import replace

import pytest

from harness.assets import asset
from harness.contract import Contract
from harness.events import Acked, Failed, Limited, Refused
from harness.load.outcome import Judge

JUDGE = Judge(Contract(asset("openapi.yaml").read_text("utf-8")))
CREATED = b'{"status": 200, "sessionId": "s1", "userId": "u1", "extra": [1]}'


def judged(status: int, body: bytes, operation: str = "sendMessage", retry_after_s: float | None = None):
    return JUDGE.outcome(5, "r1", operation, status, body, retry_after_s)


def test_a_success_by_the_contract_is_accepted_with_its_session():
    assert judged(200, CREATED, "createSession") == Acked(5, "r1", 200, "s1", "u1")
    assert judged(200, b'{"status": 200}') == Acked(5, "r1", 200)


@pytest.mark.parametrize(
    ("operation", "status", "body"),
    [
        ("createSession", 200, b'{"status": 200, "sessionId": "s1"}'),
        ("createSession", 200, b'{"status": 200, "sessionId": 7, "userId": "u"}'),
        ("sendMessage", 200, b'{"status": "200"}'),
        ("sendMessage", 200, b"<html>"),
        ("sendMessage", 200, b""),
        ("sendMessage", 200, b"\xff\xfe"),
        ("sendMessage", 200, b"[" * 100_000),
        ("sendMessage", 204, b""),
    ],
)
def test_a_success_off_the_contract_has_failed(operation, status, body):
    outcome = judged(status, body, operation)

    assert isinstance(outcome, Failed)
    assert outcome.reason.startswith("broke the contract: ")
    assert outcome.status == status


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"status": 404, "errorCode": "session_not_found"}', "session_not_found"),
        (b'{"errorCode": {"not": "text"}}', None),
        (b"[]", None),
        (b"gone", None),
    ],
)
def test_a_4xx_is_refused_with_its_code_where_it_has_one(body, code):
    assert replace(judged(404, body), problem=None) == Refused(5, "r1", 404, code)


def test_a_429_is_limited_and_neither_refused_nor_failed():
    assert replace(judged(429, b"", retry_after_s=2.0), problem=None) == Limited(5, "r1", 2.0)


@pytest.mark.parametrize("status", [302, 500, 503, 101, 999])
def test_any_other_status_has_failed(status):
    assert judged(status, b'{"status": 200}') == Failed(5, "r1", f"HTTP {status}", status)


@pytest.mark.parametrize(("status", "kind"), [(404, Refused), (429, Limited), (418, Refused)])
def test_a_refusal_off_the_contract_says_what_is_wrong_with_it(status, kind):
    outcome = judged(status, b"<html>")

    assert isinstance(outcome, kind)
    assert outcome.problem

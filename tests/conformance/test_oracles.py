"""Every oracle over fabricated traffic, for both verdicts: what it objects to, and what it must let pass."""

import pytest

from harness.conformance.oracles import ORACLES
from harness.conformance.traffic import Traffic
from harness.secret import Secret
from tests.conformance.fabricated import JSON, SESSIONS, WEBHOOKS, answer, silence, with_key

HTML = ("Content-Type", "text/html; charset=utf-8")
TRACE = b'{"status": 500, "detail": "Traceback (most recent call last):"}'
JAVA = b"at com.example.Sessions.create(Sessions.java:42)"

OBJECTIONABLE = [
    ("ERR-1", answer(500)),
    ("ERR-1", answer(503, b"", path="/nowhere")),
    ("ERR-1", silence()),
    ("ERR-2", answer(200, {"status": 201})),
    ("ERR-2", answer(200, {"status": "200"})),
    ("ERR-2", answer(200, {"status": True})),
    ("ERR-2", answer(401, {"error": "no"})),
    ("ERR-2", answer(404, {"status": 400, "errorCode": "session_not_found"})),
    ("ERR-3", answer(200, b"OK")),
    ("ERR-3", answer(200, b"")),
    ("ERR-3", answer(200, b'{"status": 200')),
    ("ERR-3", answer(200, b'{"status": NaN}')),
    ("ERR-3", answer(200, [200])),
    ("ERR-3", answer(404, b"not found")),
    ("ERR-4", answer(400, None, HTML)),
    ("ERR-4", answer(401, b"Unauthorized", JSON)),
    ("ERR-4", answer(200, None, ("Server", "x"))),
    ("ERR-4", answer(401, b"", JSON)),
    ("SEC-4", answer(400, TRACE)),
    ("SEC-4", answer(404, JAVA, HTML, path="/nowhere")),
    ("SEC-4", answer(400, {"status": 400, "message": "cannot open /usr/src/app.conf"})),
    ("SEC-4", answer(400, {"status": 400, "message": "app.js:10:5"})),
    ("SEC-4", answer(400, {"status": 400, "message": "KeyError: 'customer'"})),
    ("SEC-4", answer(400, {"status": 400, "message": "java.lang.IllegalStateException: no session"})),
    ("SEC-4", answer(400, b"<p><script>x</script>", HTML, sent=b"<script>x</script>")),
    ("SEC-4", with_key(Secret("sk-123456"), 401, {"status": 401, "message": "bad key sk-123456"})),
    ("SEC-7", answer(200, None, ("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "true"))),
    ("HTTP-2", answer(200, b"{}", ("Content-Length", "5"))),
    ("HTTP-2", answer(200, b"{}", ("Content-Length", "two"))),
    ("HTTP-2", answer(200, b"{}", ("Content-Length", "2"), ("Transfer-Encoding", "chunked"))),
    ("HTTP-2", answer(200, trailing=b"more")),
    ("HTTP-2", silence("peer closed connection without sending complete message body (received 3 bytes)")),
    ("RATE-1", answer(429, b"slow down")),
    ("RATE-1", answer(429, {"status": 400})),
    ("RATE-1 by another name", answer(503, {"status": 503}, JSON, ("Retry-After", "1"))),
    ("RATE-1 by another name", answer(403, {"status": 403}, JSON, ("X-RateLimit-Remaining", "0"))),
    ("RATE-1 by another name", answer(400, {"status": 400, "errorCode": "rate_limit_exceeded"})),
    ("RATE-1 by another name", answer(403, {"status": 403}, JSON, ("RateLimit", '"default";r=0;t=3'))),
    ("RATE-1 by another name", answer(509, {"status": 509}, JSON, ("Retry-After", "1"))),
    ("RATE-2", answer(429)),
    ("RATE-2", answer(429, None, ("Retry-After", "-5"))),
    ("RATE-2", answer(429, None, ("Retry-After", "NaN"))),
    ("RATE-2", answer(429, None, ("Retry-After", "\u0663"))),
    ("RATE-2", answer(429, None, ("Retry-After", "Never, unless you pay"))),
    ("RATE-2", answer(429, None, ("Retry-After", "soon"))),
]

UNOBJECTIONABLE = [
    ("ERR-1", answer(429)),
    ("ERR-1", answer(404, b"<h1>nothing here</h1>", HTML, path="/nowhere")),
    ("ERR-2", answer(200, {"status": 200.0})),
    ("ERR-2", answer(404, {"status": 404, "errorCode": "session_not_found", "more": 1})),
    ("ERR-2", answer(400, b"<h1>bad request</h1>", HTML)),
    ("ERR-2", answer(405, {"error": "no"}, method="GET")),
    ("ERR-2", answer(413, {"error": "too large"})),
    ("ERR-2", answer(404, {"detail": "Not Found"}, path="/v1/nowhere")),
    ("ERR-3", answer(404, b"nothing here", path="/v1/sessions/%00/messages", odd=True)),
    ("ERR-3", answer(204, b"", path=WEBHOOKS)),
    ("ERR-3", answer(400, b"bad request")),
    ("ERR-4", answer(200, None, ("content-type", "Application/Vnd.Api+JSON; charset=utf-8"))),
    ("ERR-4", answer(404, b"<h1>nothing here</h1>", HTML, path="/v1/nowhere")),
    ("ERR-4", answer(201, b"", ("Server", "x"), path=WEBHOOKS)),
    ("ERR-4", answer(406, b"nothing that you accept", ("Content-Type", "text/plain"))),
    ("SEC-4", answer(404, {"status": 404, "path": "/v1/sessions/s-1/messages"})),
    ("SEC-4", answer(400, {"status": 400, "message": "bad: /etc/passwd"}, sent=b'{"content": "/etc/passwd"}')),
    ("SEC-4", answer(400, {"status": 400, "message": "see https://docs.example/app/errors"})),
    ("SEC-4", answer(400, {"status": 400, "message": "<script>"}, sent=b"<script>")),
    ("SEC-7", answer(200, None, ("Access-Control-Allow-Origin", "*"))),
    (
        "SEC-7",
        answer(
            200,
            None,
            ("Access-Control-Allow-Origin", "https://app.example"),
            ("Access-Control-Allow-Credentials", "true"),
        ),
    ),
    ("HTTP-2", answer(204, b"", ("Content-Length", "0"))),
    ("HTTP-2", silence()),
    ("HTTP-2", answer(200, b"{}", ("Content-Length", "2"), ("Content-Length", "2"))),
    ("HTTP-2", answer(200, b"", ("Content-Length", "2"), method="HEAD")),
    ("RATE-1", answer(429, {"status": 429, "errorCode": "rate_limited"})),
    ("RATE-1 by another name", answer(429, {"status": 429, "errorCode": "rate_limited"})),
    ("RATE-1 by another name", answer(403, {"status": 403}, JSON, ("X-RateLimit-Remaining", "7"))),
    ("RATE-1 by another name", answer(200, {"status": 200, "message": "rate limit"})),
    ("RATE-2", answer(429, None, ("Retry-After", "3"))),
    ("RATE-2", answer(429, None, ("Retry-After", "Thu, 01 Jan 2026 12:00:30 GMT"))),
]


def judged(name, *answers):
    traffic = Traffic()
    for each in answers:
        traffic.saw(each)
    return traffic.judged(name)


@pytest.mark.parametrize(("name", "seen"), OBJECTIONABLE)
def test_an_oracle_objects(name, seen):
    assert len(judged(name, seen).findings) == 1


@pytest.mark.parametrize(("name", "seen"), UNOBJECTIONABLE)
def test_an_oracle_lets_pass(name, seen):
    assert judged(name, seen).findings == []


def test_every_oracle_is_tried_both_ways():
    names = {oracle.name for oracle in ORACLES}

    assert {name for name, _ in OBJECTIONABLE} == names
    assert {name for name, _ in UNOBJECTIONABLE} == names


def test_the_same_defect_is_told_once_and_counted():
    tally = judged("ERR-1", answer(500), answer(500), answer(502), answer(500, path=SESSIONS), answer(200))

    assert tally.exercised == 5
    assert [(f.objection, f.subject.request.label, f.count) for f in tally.findings] == [
        ("HTTP 500", "sendMessage", 2),
        ("HTTP 502", "sendMessage", 1),
        ("HTTP 500", "createSession", 1),
    ]


def test_failures_that_differ_in_figures_only_are_one():
    tally = judged("ERR-1", silence("no answer within 15 s"), silence("no answer within 16.5 s"))

    assert [finding.count for finding in tally.findings] == [2]


def test_an_oracle_without_business_has_exercised_nothing():
    assert judged("RATE-1", answer(200)).exercised == 0

"""Seeded faults: each does the wrong that it says, and nothing else."""

import json
import re

import pytest

from harness.sandbox.faults import catalogue
from tests.sandbox.process import CUSTOMER, KEY, QUICK, session_body
from tests.sandbox.site import at_site


@pytest.fixture
def faulty(start_sandbox, receiver):
    def start(*names):
        sandbox = start_sandbox(*QUICK, *(option for name in names for option in ("--fault", name)))
        sandbox.register(receiver.url)
        return sandbox

    return start


def test_auth_off_lets_anybody_in(faulty):
    sandbox = faulty("auth-off")

    assert sandbox.post("/v1/sessions", session_body(), key=None).status_code == 200
    assert sandbox.post("/v1/sessions", session_body(), key="wrong").status_code == 200


def test_wrong_error_code_is_in_the_documented_404_only(faulty):
    sandbox = faulty("wrong-error-code")

    assert sandbox.send("unknown").json() == {"status": 404, "errorCode": "not_found"}
    assert sandbox.send("unknown", "").json()["errorCode"] == "bad_request"


def test_missing_user_id_leaves_it_out(faulty):
    response = faulty("missing-user-id").post("/v1/sessions", session_body())

    assert set(response.json()) == {"status", "sessionId"}


@pytest.mark.parametrize("field", CUSTOMER)
def test_apostrophe_500_falls_over_a_name(faulty, field):
    sandbox = faulty("apostrophe-500")
    session_id, _ = sandbox.create_session()

    assert sandbox.post("/v1/sessions", session_body(**{field: "O'Brien"})).status_code == 500
    assert sandbox.send(session_id, "It's me").status_code == 500
    assert sandbox.send(session_id, "It is me").status_code == 200


def test_no_webhook_is_never_heard_of_again(faulty, receiver):
    sandbox = faulty("no-webhook")
    session_id, _ = sandbox.create_session()

    assert sandbox.send(session_id).status_code == 200
    assert sandbox.state()["pending_replies"] == 0
    assert sandbox.log("reply") == []
    assert receiver.arrivals == []


def test_misrouted_gives_the_reply_to_the_session_that_wrote_before(faulty, receiver):
    sandbox = faulty("misrouted")
    first, second = sandbox.create_session()[0], sandbox.create_session()[0]
    for number, session_id in enumerate((first, second, first), 1):
        sandbox.send(session_id)
        receiver.wait_for(number)
    carried = [arrival.data["sessionId"] for arrival in receiver.arrivals]

    assert carried[0] not in {first, second}
    assert carried[1:] == [first, second]


def test_misrouted_never_hits_the_right_session(faulty, receiver):
    sandbox = faulty("misrouted")
    session_id, user_id = sandbox.create_session()
    for number in range(1, 4):
        sandbox.send(session_id)
        data = receiver.wait_for(number)[-1].data
        assert data["sessionId"] != session_id
        assert data["userId"] == user_id


def test_status_mismatch_tells_another_status(faulty):
    sandbox = faulty("status-mismatch")

    assert sandbox.post("/v1/sessions", session_body()).json()["status"] == 201
    assert sandbox.send("unknown").json()["status"] == 405


def test_string_status_tells_it_as_text(faulty):
    assert faulty("string-status").post("/v1/sessions", session_body()).json()["status"] == "200"


def test_slow_sessions_html_500_fails_every_fifth_in_html(faulty):
    sandbox = faulty("slow-sessions-html-500")
    answers = [sandbox.post("/v1/sessions", session_body()) for _ in range(10)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 500] * 2
    assert answers[4].headers["content-type"] == "text/html"
    assert answers[4].elapsed.total_seconds() >= 0.9


def test_faults_can_be_combined(faulty):
    sandbox = faulty("missing-user-id", "string-status", "auth-off")
    response = sandbox.post("/v1/sessions", session_body(), key=None)

    assert set(response.json()) == {"status", "sessionId"}
    assert response.json()["status"] == "200"


@pytest.mark.parametrize("name", catalogue())
def test_a_sandbox_with_any_fault_still_creates_a_session(name):
    body = json.dumps(session_body()).encode()
    head = f"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\n"
    request = f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    async def create(site):
        return await site.raw(request)

    assert at_site(create, faults=[name]).startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))


def test_every_fault_breaks_one_requirement_and_says_how():
    for name, fault in catalogue().items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert re.fullmatch(r"(AUTH|SES|MSG|HOOK|RPL|ERR|RATE|SEC|HTTP)-\d+", fault.breaks)
        assert fault.summary
        assert "\n" not in fault.summary


def test_every_requirement_has_a_fault_that_breaks_it():
    numbers = {"AUTH": 4, "SES": 8, "MSG": 6, "HOOK": 4, "RPL": 10, "ERR": 4, "RATE": 4, "SEC": 7, "HTTP": 3}
    wanted = {f"{area}-{number}" for area, last in numbers.items() for number in range(1, last + 1)}

    assert {fault.breaks for fault in catalogue().values()} == wanted

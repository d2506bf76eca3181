"""Magic values: each does what the table in harness.sandbox.magic says."""

import re
import time

import pytest

from harness.sandbox import magic
from tests.sandbox.process import session_body

REFUSALS = {
    "400": (400, "bad_request"),
    "401": (401, "unauthorized"),
    "429": (429, "rate_limited"),
    "500": (500, "internal_error"),
}


def test_the_table_lists_every_magic_value_and_no_other():
    listed = set(re.findall(r"^    (!\w+|\+\d+)  ", magic.__doc__, re.MULTILINE))

    assert listed == set(magic.CONTENT) | set(magic.PHONE_NUMBERS)


@pytest.mark.parametrize("name", REFUSALS)
def test_a_content_can_ask_for_an_error(sandbox, name):
    session_id, _ = sandbox.create_session()
    response = sandbox.send(session_id, f"!{name} please")

    assert (response.status_code, response.json()["errorCode"]) == REFUSALS[name]
    assert response.json()["status"] == response.status_code
    assert sandbox.send(session_id).status_code == 200


@pytest.mark.parametrize("name", REFUSALS)
def test_a_phone_number_can_ask_for_an_error(sandbox, name):
    response = sandbox.post("/v1/sessions", session_body(phoneNumber=f"+15005550{name}"))

    assert (response.status_code, response.json()["errorCode"]) == REFUSALS[name]
    assert sandbox.state()["sessions"] == 0


def test_a_429_that_was_asked_for_says_when_to_come_back(sandbox):
    session_id, _ = sandbox.create_session()

    assert sandbox.send(session_id, "!429").headers["retry-after"] == "1"


def test_404_leaves_the_session_alive_and_expired_does_not(sandbox):
    session_id, _ = sandbox.create_session()
    not_found = {"status": 404, "errorCode": "session_not_found"}

    assert sandbox.send(session_id, "!404").json() == not_found
    assert sandbox.send(session_id).status_code == 200
    assert sandbox.send(session_id, "!expired").json() == not_found
    assert sandbox.send(session_id).json() == not_found


def test_a_session_can_be_born_expired(sandbox):
    session_id, _ = sandbox.create_session(phoneNumber="+15005550404")

    assert sandbox.send(session_id).json() == {"status": 404, "errorCode": "session_not_found"}


@pytest.mark.parametrize("content", ["!slow", "!slow and more"])
def test_a_200_can_be_asked_to_come_late(sandbox, content):
    session_id, _ = sandbox.create_session()
    started = time.monotonic()

    assert sandbox.send(session_id, content).status_code == 200
    assert time.monotonic() - started >= 1.9


def test_a_session_can_be_asked_to_come_late(sandbox):
    started = time.monotonic()
    sandbox.create_session(phoneNumber="+15005550200")

    assert time.monotonic() - started >= 1.9


def test_a_reply_can_be_lost(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    assert sandbox.send(session_id, "!lost").status_code == 200
    sandbox.send(session_id)
    receiver.wait_for(1)
    sandbox.settled()

    (planned,) = sandbox.log("reply")
    requests = [entry for entry in sandbox.log("request") if entry["operation"] == "sendMessage"]

    assert len(receiver.arrivals) == 1
    assert [entry["replies"] for entry in requests] == [[], [planned["reply"]]]


def test_a_reply_can_be_late_and_the_next_does_not_overtake_it(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    started_ns = time.monotonic_ns()
    sandbox.send(session_id, "!late")
    sandbox.send(session_id)
    arrivals = receiver.wait_for(2)

    assert arrivals[0].at_ns - started_ns >= 0.6e9
    assert arrivals[0].data["content"].startswith("Hi,")


def test_a_reply_can_be_delivered_twice(sandbox, receiver):
    sandbox.register(receiver.url)
    sandbox.send(sandbox.create_session()[0], "!double")
    first, second = receiver.wait_for(2)
    sandbox.settled()

    assert first.raw == second.raw
    assert [entry["delivered"] for entry in sandbox.log("attempt")] == [True, True]


def test_a_reply_can_break_the_contract(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, user_id = sandbox.create_session()
    sandbox.send(session_id, "!malformed")

    assert receiver.wait_for(1)[0].data == {"sessionId": session_id, "userId": user_id, "participantType": "robot"}


@pytest.mark.parametrize(("content", "wrong", "right"), [("!misrouted", 0, 1), ("!wronguser", 1, 0)])
def test_a_reply_can_go_astray(sandbox, receiver, content, wrong, right):
    sandbox.register(receiver.url)
    ids = sandbox.create_session()
    sandbox.send(ids[0], content)
    data = receiver.wait_for(1)[0].data
    got = (data["sessionId"], data["userId"])

    assert got[right] == ids[right]
    assert got[wrong] != ids[wrong]
    assert re.fullmatch("[0-9a-f]{32}", got[wrong])
    assert sandbox.log("reply")[0]["session"] == ids[0]


@pytest.mark.parametrize("content", ["! 400", "!4000", "say !400", "!", "!nonsense", "!LOST"])
def test_anything_else_is_an_ordinary_message(sandbox, receiver, content):
    sandbox.register(receiver.url)
    assert sandbox.send(sandbox.create_session()[0], content).status_code == 200

    receiver.wait_for(1)

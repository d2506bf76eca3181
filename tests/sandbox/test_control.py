"""The control port: an exact log, a clock that goes forward, a clean slate; for operators, not for web pages."""

import collections
import json
import socket
import struct
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from harness.sandbox.truth import TruthLog
from tests.sandbox.process import CLIENT_ID, KEY, OTHER_KEY, QUICK


def test_the_log_counts_every_request_by_operation_and_outcome(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    for content in ("one", "two", "", "!429", "!500", "!404"):
        sandbox.send(session_id, content)
    sandbox.send("unknown")
    sandbox.post("/v1/sessions", {}, key="wrong")
    sandbox.http.get("/elsewhere")
    counts = collections.Counter((entry["operation"], entry["outcome"]) for entry in sandbox.log("request"))

    assert counts == {
        ("registerWebhook", "accepted"): 1,
        ("createSession", "accepted"): 1,
        ("createSession", "refused"): 1,
        ("sendMessage", "accepted"): 2,
        ("sendMessage", "refused"): 3,
        ("sendMessage", "limited"): 1,
        ("sendMessage", "failed"): 1,
        (None, "refused"): 1,
    }


def test_the_log_follows_a_message_from_its_receipt_to_its_delivery(sandbox, receiver):
    sandbox.register(receiver.url)
    session_id, user_id = sandbox.create_session()
    before_ns = time.monotonic_ns()
    sandbox.send(session_id)
    after_ns = time.monotonic_ns()
    (arrival,) = receiver.wait_for(1)
    sandbox.settled()
    *_, request = [entry for entry in sandbox.log("request") if entry["operation"] == "sendMessage"]
    (planned,), (attempt,) = sandbox.log("reply"), sandbox.log("attempt")
    whose = {"tenant": CLIENT_ID, "session": session_id, "user": user_id}

    assert before_ns <= request["received_ns"] <= request["answered_ns"] <= after_ns
    assert request["replies"] == [planned["reply"]] == [attempt["reply"]]
    assert planned["received_ns"] == attempt["received_ns"] == request["received_ns"]
    assert attempt["started_ns"] <= arrival.at_ns <= attempt["finished_ns"]
    assert all(whose.items() <= entry.items() for entry in (request, planned, attempt))
    assert (attempt["attempt"], attempt["status"], attempt["error"], attempt["delivered"]) == (1, 200, None, True)


def test_entries_are_numbered_without_a_gap_and_dated_to_the_microsecond(sandbox):
    before = datetime.now(UTC)
    for _ in range(5):
        sandbox.create_session()
    entries = sandbox.log()
    numbers = [entry["n"] for entry in entries]

    assert numbers == list(range(numbers[0], numbers[0] + 5))
    for entry in entries:
        assert len(entry["wall"]) == len("2026-01-02T03:04:05.123456Z")
        assert abs((datetime.fromisoformat(entry["wall"]) - before).total_seconds()) < 60


def test_the_log_can_be_read_from_any_entry_on(sandbox):
    for _ in range(6):
        sandbox.create_session()
    entries = sandbox.log()

    assert sandbox.log(since=entries[2]["n"]) == entries[3:]
    assert sandbox.log(since=entries[-1]["n"]) == []


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "", "9" * 30])
def test_a_since_that_is_no_number_is_a_400(sandbox, since):
    assert sandbox.control.get("/log", params={"since": since}).status_code == 400


def test_a_log_that_is_full_drops_the_oldest_and_says_how_many():
    log = TruthLog(capacity=4)
    for number in range(10):
        log.write("registered", number, f"tenant {number}")
    lines = [json.loads(line) for line in log.lines(since=2, until=log.last)]

    assert lines[0] == {"kind": "dropped", "count": 4}
    assert [line["n"] for line in lines[1:]] == [7, 8, 9, 10]
    assert [line["tenant"] for line in lines[1:]] == [f"tenant {number}" for number in (6, 7, 8, 9)]
    assert (log.first, log.last, log.dropped) == (7, 10, 6)


@pytest.mark.parametrize("written", [0, 3, 4, 7, 8, 13])
def test_a_log_that_was_emptied_goes_on_counting_and_has_dropped_nothing(written):
    log = TruthLog(capacity=4)
    for number in range(written):
        log.write("registered", number, "before")
    log.forget()
    for number in range(3):
        log.write("registered", number, f"after {number}")
    lines = [json.loads(line) for line in log.lines(since=0, until=log.last)]

    assert [line["n"] for line in lines] == [written + 1, written + 2, written + 3]
    assert [line["tenant"] for line in lines] == ["after 0", "after 1", "after 2"]
    assert log.dropped == 0


def test_a_log_of_many_entries_is_sent_whole(start_sandbox):
    sandbox = start_sandbox("--quiet")
    session_id, _ = sandbox.create_session()
    for _ in range(700):
        sandbox.send(session_id, "")

    assert [entry["n"] for entry in sandbox.log()] == list(range(1, 703))


def test_reset_forgets_everything_but_the_keys(start_sandbox, receiver):
    sandbox = start_sandbox("--reply-median", "30", "--reply-sigma", "0", "--rate-limit", "0.01", "--burst", "3")
    sandbox.register(receiver.url)
    session_id, _ = sandbox.create_session()
    sandbox.send(session_id)
    sandbox.control.post("/reset", json={}).raise_for_status()
    state = sandbox.state()

    assert (state["sessions"], state["webhooks"], state["pending_replies"]) == (0, 0, 0)
    assert sandbox.log() == []
    assert sandbox.send(session_id).status_code == 404
    assert sandbox.create_session()[0] != session_id
    assert receiver.arrivals == []


def test_reset_ends_the_calls_that_are_under_way(sandbox, receiver):
    receiver.answer = lambda arrival: 30.0
    sandbox.register(receiver.url)
    sandbox.send(sandbox.create_session()[0])
    receiver.wait_for(1)
    sandbox.control.post("/reset", json={}).raise_for_status()
    receiver.answer = lambda arrival: 0.0
    sandbox.register(receiver.url)
    sandbox.send(sandbox.create_session()[0])
    sandbox.settled()

    assert len(sandbox.log("attempt")) == 1


def test_the_clock_goes_forward_for_sessions_and_tells_how_far(start_sandbox):
    sandbox = start_sandbox()
    sandbox.advance(60)
    answer = sandbox.control.post("/clock", json={"advance_s": 0.5})

    assert answer.json() == {"advanced_s": 60.5}
    assert sandbox.state()["clock_advanced_s"] == 60.5


@pytest.mark.parametrize(
    "body",
    [
        '{"advance_s": -1}',
        '{"advance_s": "x"}',
        '{"advance_s": "5"}',
        '{"advance_s": true}',
        '{"advance_s": null}',
        '{"advance_s": [5]}',
        '{"advance_s": 1e30}',
        '{"advance_s": NaN}',
        "{}",
        "[]",
        "5",
        "",
        "{",
    ],
)
def test_the_clock_takes_nothing_but_a_step_forward(sandbox, body):
    before = sandbox.state()["clock_advanced_s"]
    response = sandbox.control.post("/clock", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert sandbox.state()["clock_advanced_s"] == before


@pytest.mark.parametrize("path", ["/reset", "/clock"])
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_post_that_a_web_page_could_send_is_refused(sandbox, path, content_type):
    sandbox.create_session()
    headers = {"Content-Type": content_type} if content_type else {}
    response = sandbox.control.post(path, content='{"advance_s": 1}', headers=headers)

    assert response.status_code == 415
    assert sandbox.state()["sessions"] == 1


@pytest.mark.parametrize("host", ["evil.example.org", "192.0.2.1", "localhost.evil.example.org:80", "[", ""])
def test_a_page_that_got_here_by_another_name_is_refused(sandbox, host):
    assert sandbox.control.get("/log", headers={"Host": host}).status_code == 403


def test_an_unknown_path_or_method_of_control_is_told_in_json(sandbox):
    assert sandbox.control.get("/nothing").json()["status"] == 404
    assert sandbox.control.get("/reset").json()["status"] == 405


def test_control_is_not_on_the_apis_port(sandbox):
    assert sandbox.http.get("/log").status_code == 404
    assert sandbox.http.post("/reset", json={}).status_code == 404


def test_the_state_counts_what_is_alive(start_sandbox, receiver):
    sandbox = start_sandbox("--reply-median", "30", "--reply-sigma", "0", "--rate-limit", "9", "--fault", "no-webhook")
    sandbox.register(receiver.url)
    sandbox.register(receiver.url, OTHER_KEY)
    sandbox.create_session()
    state = sandbox.state()

    assert (state["sessions"], state["webhooks"], state["pending_replies"]) == (1, 2, 0)
    assert (state["limiter"]["family"], state["limiter"]["rate_per_s"]) == ("token_bucket", 9)
    assert state["faults"] == ["no-webhook"]
    assert state["log"]["dropped"] == 0


def test_the_log_begins_with_the_sender_s_policy_once_and_a_reset_does_not_repeat_it(start_sandbox):
    sandbox = start_sandbox("--sender", "accepted=200+404 retry=table gaps=1s+5s", "--delivery-timeout", "3")
    (first,) = sandbox.log()

    assert (first["n"], first["kind"]) == (1, "sender")
    told = {name: first["policy"][name] for name in ("accepted", "schedule", "gaps_s", "timeout_s", "overtakes")}
    assert told == {
        "accepted": ["200", "404"], "schedule": "table", "gaps_s": [1, 5], "timeout_s": 3, "overtakes": False
    }  # fmt: skip
    assert first["policy"] == sandbox.control.get("/state").json()["sender"]
    sandbox.control.post("/reset", json={}).raise_for_status()
    assert sandbox.log() == []


def test_the_log_is_written_to_a_file_as_well(start_sandbox, tmp_path, receiver):
    path = tmp_path / "truth.ndjson"
    sandbox = start_sandbox(*QUICK, "--log", str(path))
    sandbox.register(receiver.url)
    sandbox.send(sandbox.create_session()[0])
    sandbox.settled()
    log = sandbox.log()
    sandbox.process.terminate()
    sandbox.process.wait(20)

    assert [json.loads(line) for line in path.read_text().splitlines()] == log


def test_a_reader_of_the_log_who_has_read_enough_leaves_no_trace(start_sandbox):
    sandbox = start_sandbox(*QUICK)
    session_id, _ = sandbox.create_session()
    for _ in range(5):  # entries enough to fill what the sockets hold
        sandbox.raw((request(session_id) * 2000), answers=2000)
    address = urlsplit(str(sandbox.control.base_url))
    for _ in range(3):
        with socket.create_connection((address.hostname, address.port), timeout=20) as reader:
            reader.sendall(b"GET /log HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            reader.recv(100)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # hangs up with a reset

    assert sandbox.state()["sessions"] == 1
    assert "Traceback" not in sandbox.stderr


def request(session_id):
    head = f"POST /v1/sessions/{session_id}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
    return f"{head}Content-Length: 2\r\n\r\n{{}}".encode()

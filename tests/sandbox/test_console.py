"""The log for people: what was right, what was wrong, and what to do about it."""

import io

from yarl import URL

from harness.sandbox.console import Console, address, shown
from tests.sandbox.process import until


def test_each_request_and_each_webhook_call_is_one_line(start_sandbox, receiver):
    sandbox = start_sandbox("--reply-median", "0.01")
    sandbox.register(f"{receiver.url}?token=secret")
    session_id, _ = sandbox.create_session()
    sandbox.send(session_id)
    receiver.wait_for(1)
    sandbox.settled()
    lines = until(lambda: len(lines := sandbox.stderr.splitlines()) >= 4 and lines)

    assert [line.split("  ", 1)[1].split("  ")[:2] for line in lines] == [
        ["POST /v1/webhooks", "200"],
        ["POST /v1/sessions", "200"],
        [f"POST /v1/sessions/{session_id}/messages", "200"],
        [f"-> {receiver.url}", "200"],
    ]
    assert "reply 1 in 0.0" in lines[2]
    assert "reply 1 delivered (attempt 1" in lines[3]


def test_a_refusal_says_why_and_what_to_do(start_sandbox):
    sandbox = start_sandbox()
    sandbox.post("/v1/sessions", {"clientID": "x"})
    sandbox.post("/v1/sessions", {}, key=None)
    sandbox.send("unknown")
    sandbox.send("unknown", 3)
    lines = sandbox.stderr.splitlines()

    assert "`clientId` is missing. (the body has 'clientID')" in lines[0]
    assert "Authorization: Bearer" in lines[1]
    assert "Create a new one" in lines[2]
    assert "`content` must be a string. (it is a int)" in lines[3]


def test_a_webhook_that_is_down_is_told(start_sandbox):
    sandbox = start_sandbox("--reply-median", "0.01")
    sandbox.register("http://127.0.0.1:9/")
    sandbox.send(sandbox.create_session()[0])

    until(lambda: "connection refused" in sandbox.stderr)


def test_quiet_says_nothing(start_sandbox):
    sandbox = start_sandbox("--quiet")
    sandbox.create_session()
    sandbox.send("unknown")

    assert sandbox.stderr == ""


def test_what_a_client_sent_cannot_move_a_terminal_or_fill_it():
    assert shown("\x1b[2Ja\nb\rc\u202ed") == r"\x1b[2Ja\nb\rc\u202ed"
    assert len(shown("x" * 100_000)) < 120


def test_what_may_be_secret_in_a_webhooks_url_is_not_shown():
    assert (
        address(URL("https://user:password@example.org:8443/hook?token=secret#part")) == "https://example.org:8443/hook"
    )


def test_a_reader_that_went_away_is_no_error():
    stream = io.StringIO()
    console = Console(stream)
    stream.close()
    console.line("nobody reads this")

    assert console.silent


def test_a_key_is_masked_wherever_it_stands():
    stream = io.StringIO()
    Console(stream, ["the-key", "the-key-too"]).line("a the-key-too b the-key c")

    assert stream.getvalue().endswith("  a [api key] b [api key] c\n")

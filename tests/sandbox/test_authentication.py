"""Who is let in: the key of the Authorization header, and nothing else."""

from pathlib import Path

import pytest

from tests.sandbox.process import CLIENT_ID, KEY, OTHER_KEY, session_body

PATHS = ["/v1/sessions", "/v1/sessions/d6a2593eddd3457d8c31b8c04c8d84ef/messages", "/v1/webhooks"]


def unauthorized(response):
    return (response.status_code, response.json()["status"], response.json()["errorCode"]) == (401, 401, "unauthorized")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        KEY,
        f"Bearer {KEY}x",
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY.upper()}",
        f"Bearer {KEY} {KEY}",
        f"Bearer\t{KEY}",
        f"Bearer: {KEY}",
        f'Bearer "{KEY}"',
        f"Basic {KEY}",
        f"Token {KEY}",
        "Bearer ключ".encode(),
        "Bearer " + "x" * 4000,
    ],
)
def test_every_operation_answers_401_to_a_header_that_is_missing_malformed_or_wrong(sandbox, path, header):
    headers = {} if header is None else {"Authorization": header}

    assert unauthorized(sandbox.post(path, {}, key=None, headers=headers))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_name_of_the_scheme_is_case_insensitive(sandbox, scheme):
    headers = {"Authorization": f"{scheme} {KEY}"}

    assert sandbox.post("/v1/sessions", session_body(), key=None, headers=headers).status_code == 200


def test_two_authorization_headers_are_a_401_even_when_both_are_right(sandbox):
    header = f"Authorization: Bearer {KEY}\r\n"
    twice = f"POST /v1/webhooks HTTP/1.1\r\nHost: x\r\n{header}{header}Content-Length: 0\r\n\r\n"

    assert [status for status, _ in sandbox.raw(twice.encode())] == [401]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"{" * 100_000])
def test_authentication_is_decided_before_the_body_is_looked_at(sandbox, path, body):
    assert unauthorized(sandbox.post(path, key="wrong", content=body))


@pytest.mark.parametrize("name", ["api_key", "apiKey", "key", "token", "access_token", "Authorization"])
def test_the_key_is_taken_from_the_header_only(sandbox, name):
    response = sandbox.post(
        f"/v1/sessions?{name}={KEY}", {**session_body(), name: KEY}, key=None, headers={"Cookie": f"{name}={KEY}"}
    )

    assert unauthorized(response)


def test_a_401_challenges_for_a_bearer_key(sandbox):
    assert sandbox.post("/v1/sessions", {}, key=None).headers["www-authenticate"].startswith("Bearer")


def test_tenants_and_keys_come_from_the_environment(start_sandbox):
    sandbox = start_sandbox(
        environment={"HARNESS_SANDBOX_TENANTS": '[{"client_id": "acme", "api_key": "acme-secret-key"}]'}
    )

    assert sandbox.announcement["tenants"] == ["acme"]
    assert sandbox.post("/v1/sessions", session_body("acme"), "acme-secret-key").status_code == 200
    assert unauthorized(sandbox.post("/v1/sessions", session_body(CLIENT_ID), KEY))


def test_no_key_is_in_any_log_or_answer_wherever_the_client_put_it(start_sandbox):
    secret = "acme-secret-key-4711"
    sandbox = start_sandbox(
        environment={"HARNESS_SANDBOX_TENANTS": f'[{{"client_id": "acme", "api_key": "{secret}"}}]'}
    )
    session_id, _ = sandbox.create_session(secret, "acme", firstName=secret)
    answers = [
        sandbox.post("/v1/sessions", {**session_body("acme"), secret: 1, "source": 3}, secret),
        sandbox.post("/v1/webhooks", {"url": f"ftp://{secret}", "event": secret}, secret),
        sandbox.post("/v1/webhooks", {"url": f"http://{secret}/", "event": "message"}, secret),
        sandbox.post("/v1/webhooks", {"url": "http://127.0.0.1/", "event": secret}, secret),
        sandbox.post(f"/v1/sessions/{session_id}/messages", {"content": f"!400 {secret}"}, secret),
        sandbox.post(f"/v1/sessions/{secret}/messages", {"content": secret}, secret),
        sandbox.post(f"/{secret}?key={secret}", {}, None),
        sandbox.post("/v1/sessions", {}, key=f"{secret}x"),
        sandbox.control.get("/log"),
        sandbox.control.get("/state"),
    ]
    command_line = Path(f"/proc/{sandbox.process.pid}/cmdline").read_text()

    assert not any(secret in answer.text for answer in answers)
    assert secret not in sandbox.stderr
    assert secret not in command_line
    assert "POST /v1/sessions/[api key]/messages" in sandbox.stderr


def test_one_tenants_registration_neither_takes_nor_copies_anothers_replies(sandbox, receiver):
    sandbox.register(receiver.url)
    sandbox.register(f"{receiver.url}/other", OTHER_KEY)
    sandbox.send(sandbox.create_session()[0])
    receiver.wait_for(1)
    sandbox.settled()

    assert [arrival.path for arrival in receiver.arrivals] == ["/hook"]

"""registerWebhook: which URLs are taken, and which registration counts."""

import pytest

from tests.sandbox.process import QUICK
from tests.sandbox.receiver import Receiver


def test_registering_is_accepted(sandbox):
    response = sandbox.post("/v1/webhooks", {"url": "http://127.0.0.1:9/v1/messages", "event": "message"})

    assert (response.status_code, response.json()) == (200, {"status": 200})


@pytest.mark.parametrize("missing", ["url", "event"])
def test_a_field_that_is_missing_is_a_400(sandbox, missing):
    body = {"url": "http://127.0.0.1:9/", "event": "message"}
    del body[missing]

    assert sandbox.post("/v1/webhooks", body).status_code == 400


@pytest.mark.parametrize("field", ["url", "event"])
@pytest.mark.parametrize("value", [None, 1, True, "", " ", [], {}])
def test_a_field_of_another_type_or_blank_is_a_400(sandbox, field, value):
    body = {"url": "http://127.0.0.1:9/", "event": "message", field: value}

    assert sandbox.post("/v1/webhooks", body).status_code == 400


def test_another_event_is_a_400(sandbox):
    assert sandbox.post("/v1/webhooks", {"url": "http://127.0.0.1:9/", "event": "Message"}).status_code == 400


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "/v1/messages",
        "//127.0.0.1/",
        "127.0.0.1:8080/hook",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http:///hook",
        "http://",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://127.0.0.1/\r\nX: y",
        "http://[::1/",
        "http://\ud800/",
        "http://127.0.0.1/ space",
    ],
)
def test_what_is_no_absolute_http_url_is_a_400(sandbox, url):
    response = sandbox.post("/v1/webhooks", {"url": url, "event": "message"})

    assert (response.status_code, response.json()["status"]) == (400, 400)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:9/",
        "HTTP://LOCALHOST:9/",
        "http://127.1.2.3:9/",
        "http://[::1]:9/",
        "https://127.0.0.1/",
        "http://127.0.0.1:9/a?b=c#d",
    ],
)
def test_loopback_urls_are_taken(sandbox, url):
    sandbox.register(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org/v1/messages",
        "http://192.0.2.1/",
        "http://0.0.0.0:9/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost.example.org/",
        "http://127.0.0.1.example.org/",
        "http://127.0.0.1@192.0.2.1/",
        "http://[2001:db8::1]/",
    ],
)
def test_urls_off_loopback_are_taken_and_never_called_and_the_log_says_how_to_allow_them(sandbox, url):
    sandbox.register(url)
    sandbox.send(sandbox.create_session()[0])
    sandbox.settled()

    (dropped,) = sandbox.log("abandoned")
    assert "--allow-remote-webhooks" in dropped["reason"]
    assert sandbox.log("attempt") == []
    assert "--allow-remote-webhooks" in sandbox.stderr


def test_the_document_s_own_registration_is_taken(sandbox):
    body = {"url": "https://api.example.org/v1/messages", "event": "message"}

    assert sandbox.post("/v1/webhooks", body).json() == {"status": 200}


def test_replies_go_to_what_was_registered_last_at_exactly_that_url(sandbox, receiver):
    sandbox.register(f"{receiver.url}/first")
    sandbox.register(f"{receiver.url}/second")
    sandbox.send(sandbox.create_session()[0])
    receiver.wait_for(1)
    sandbox.settled()

    assert [arrival.path for arrival in receiver.arrivals] == ["/hook/second"]


def test_a_refused_registration_changes_nothing(sandbox, receiver):
    sandbox.register(receiver.url)
    assert sandbox.post("/v1/webhooks", {"url": "http://127.0.0.1:9/", "event": "other"}).status_code == 400
    sandbox.send(sandbox.create_session()[0])

    receiver.wait_for(1)


def test_localhost_is_called_without_asking_a_name_server(sandbox, receiver):
    sandbox.register(f"http://localhost:{receiver.port}/by-name")
    sandbox.send(sandbox.create_session()[0])

    assert receiver.wait_for(1)[0].path == "/by-name"


def test_a_reply_under_retry_follows_a_new_registration(start_sandbox, receiver):
    sandbox = start_sandbox(*QUICK)
    with Receiver() as gone:
        nowhere = gone.url
    sandbox.register(nowhere)
    sandbox.send(sandbox.create_session()[0])
    sandbox.register(receiver.url)

    receiver.wait_for(1)

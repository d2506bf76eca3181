"""What is kept of an exchange, and how it is shown: curl lines, responses, promises to come back."""

import os
import subprocess
from datetime import UTC, datetime

import pytest

from harness.client.curl import curl
from harness.client.exchange import Answer, Request
from harness.client.retry_after import seconds
from harness.client.veil import Veil, Veiled
from harness.secret import Secret

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def as_run(line, **environment):
    """The arguments that a shell would hand to curl, and what it would feed it."""
    fake = 'curl() { for a in "$@"; do printf "%s\\0" "$a"; done; case "$*" in *@-*) cat;; esac; }; '
    done = subprocess.run(
        ["bash", "-c", fake + line], capture_output=True, check=True, env={**os.environ, **environment}
    )
    arguments, stdin, fed = done.stdout.partition(b"@-\0")
    return (arguments + stdin).split(b"\0")[:-1], fed


@pytest.mark.parametrize("body", ["{}", '{"content": "it\'s $HOME `ls` \\"x\\""}', '{"content": "né 🙂"}'])
def test_a_curl_line_survives_the_shell(body):
    arguments, _ = as_run(curl("POST", "http://h/v1/x?a=b&c", [("X-Y", "a'b")], body.encode()))

    assert arguments[-1] == body.encode()
    assert b"http://h/v1/x?a=b&c" in arguments
    assert b"X-Y: a'b" in arguments


@pytest.mark.parametrize("body", [b"\x00\xff\r\n\\0", b"@/etc/passwd", b"%s %d"])
def test_bytes_that_are_no_text_survive_it_too(body):
    arguments, fed = as_run(curl("POST", "http://h/", [], body))

    assert (fed or arguments[-1]) == body


def test_the_key_is_filled_in_by_the_shell():
    headers = [("Authorization", "Bearer $HARNESS_API_KEY"), ("X", "${HARNESS_API_KEY%?}$HOME")]

    arguments, _ = as_run(curl("POST", "http://h/", headers, b""), HARNESS_API_KEY="abc")

    assert b"Authorization: Bearer abc" in arguments
    assert b"X: ab$HOME" in arguments


@pytest.mark.parametrize(
    ("method", "path", "operation", "session"),
    [
        ("POST", "/v1/sessions", "createSession", None),
        ("POST", "/v1/sessions?x=1", "createSession", None),
        ("POST", "/v1/sessions/abc-1/messages", "sendMessage", "abc-1"),
        ("POST", "/v1/webhooks", "registerWebhook", None),
        ("GET", "/v1/sessions", None, None),
        ("POST", "/v1/sessions/a%2Fb%3D/messages", "sendMessage", "a/b="),
        ("POST", "/v1/other", None, None),
    ],
)
def test_a_request_knows_its_operation(method, path, operation, session):
    request = Request(method, path)

    assert (request.operation, request.session) == (operation, session)


def test_a_response_is_shown_printable_cut_and_without_keys():
    veil = Veil({"$HARNESS_API_KEY": Secret("sk-123456")})
    body = b'{"k": "sk-123456", "x": "\x1b[31m' + b"y" * 5000
    answer = Answer(Request("GET", "/"), 500, (("Content-Type", "text/plain"),), body, veil=veil)

    shown = answer.shown()

    assert shown.startswith("HTTP 500, text/plain\n")
    assert "sk-123456" not in shown
    assert "\x1b" not in shown
    assert len(shown) < 1000


def test_a_veiled_value_is_never_printed():
    veiled = Veiled("Bearer secret-value", "Bearer $X")

    assert f"{veiled} {veiled!r}" == "Bearer $X Bearer $X"
    assert veiled.reveal() == "Bearer secret-value"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("5", 5.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Thu, 01 Jan 2026 12:00:30 +99999999999999", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value, expected):
    assert seconds(value, NOW) == expected


def test_what_is_no_id_in_an_ids_place_makes_no_operation():
    request = Request("POST", "/v1/sessions/%00/messages", odd=True)

    assert (request.operation, request.session) == (None, None)

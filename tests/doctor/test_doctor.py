"""The doctor names the one prerequisite that is missing, on real servers, and says how to mend it."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from harness.doctor import connection

CLIENT = {"HARNESS_CLIENT_ID": "client", "HARNESS_API_KEY": "sk-doctor-key"}


def doctor(**environment: str) -> tuple[int, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HARNESS_")}
    done = subprocess.run(
        [sys.executable, "-m", "harness", "doctor"],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def states(output: str) -> dict[str, str]:
    lines = [line.split() for line in output.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    return {line[1]: line[0] for line in lines}


@contextmanager
def target(answers: dict[str, tuple[int, object]], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that gives each path its answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = next((answer for path, answer in answers.items() if self.path.endswith(path)), (404, {}))
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


CREATED = {"status": 200, "sessionId": "s", "userId": "u"}


def test_the_embedded_sandbox_can_be_tested():
    code, output = doctor()

    assert code == 0
    assert set(states(output).values()) == {"ok"}
    assert "reached the sink" in output


def test_a_name_that_does_not_resolve_is_told_and_the_rest_waits_for_it():
    code, output = doctor(HARNESS_BASE_URL="http://no-such-host.invalid", **CLIENT)

    assert code == 3
    assert list(states(output).values()) == ["FAILED", "-", "-", "-", "-"]
    assert "--base-url" in output


def test_a_port_where_nothing_listens_is_told():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        code, output = doctor(HARNESS_BASE_URL=f"http://127.0.0.1:{unused.getsockname()[1]}", **CLIENT)

    assert code == 3
    assert states(output)["connection"] == "FAILED"
    assert "is the target running" in output


def test_a_certificate_that_nobody_vouches_for_is_told_and_the_key_never_sent():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with target({"/v1/sessions": (200, CREATED)}, context) as url:
        code, output = doctor(HARNESS_BASE_URL=url, **CLIENT)

    assert code == 3
    assert states(output) == {"address": "ok", "connection": "FAILED", "key": "-", "webhook": "-", "reply": "-"}
    assert "SSL_CERT_FILE" in output


def test_a_certificate_that_is_vouched_for_is_good(tmp_path, monkeypatch):
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with target({}, context) as url:
        finding = connection.connection(url)

    assert finding.state == "ok"
    assert "certificate good for" in finding.seen


def test_a_port_that_speaks_no_tls_is_told():
    with target({}) as url:
        finding = connection.connection(url.replace("http:", "https:"))

    assert finding.state == "failed"
    assert "try http://" in finding.mend


@pytest.mark.parametrize(
    ("answers", "failed", "hint"),
    [
        ({"/v1/sessions": (401, {"status": 401})}, "key", "HARNESS_API_KEY"),
        ({"/v1/sessions": (404, {"status": 404})}, "key", "without /v1"),
        ({"/v1/sessions": (200, CREATED), "/v1/webhooks": (400, {"status": 400})}, "webhook", "--public-url"),
        ({"/v1/sessions": (200, CREATED), "/v1/webhooks": (200, {}), "/messages": (404, {})}, "reply", "sendMessage"),
        (
            {"/v1/sessions": (200, CREATED), "/v1/webhooks": (200, {}), "/messages": (200, {})},
            "reply",
            "--reply-timeout",
        ),
    ],
)
def test_the_prerequisite_that_fails_is_named_with_what_to_do(answers, failed, hint):
    with target(answers) as url:
        code, output = doctor(HARNESS_BASE_URL=url, HARNESS_REPLY_TIMEOUT="0.5", **CLIENT)

    assert code == 3
    assert [name for name, state in states(output).items() if state == "FAILED"] == [failed]
    assert hint in output
    assert CLIENT["HARNESS_API_KEY"] not in output

"""A real sandbox in a process of its own, and the few calls that every test makes of it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

KEY, OTHER_KEY = "sandbox-key-one", "sandbox-key-two"
CLIENT_ID, OTHER_CLIENT_ID = "425462d5fcc648958485f40e501fed2f", "9b1c6d0e5f2a4b7c8d3e0f1a2b3c4d5e"
CUSTOMER = {
    "firstName": "Darren",
    "lastName": "Smith",
    "phoneNumber": "+1123456789",
    "emailAddress": "darren@example.org",
    "unitNumber": "1-A",
    "address": "5 Summer St, MA 01045, USA",
}
QUICK = ("--reply-median", "0.01", "--reply-sigma", "0")
PATIENCE_S = 20.0


def until(condition: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """Asks again and again until the answer is truthy; that answer."""
    deadline = time.monotonic() + patience_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)
    return answer


def session_body(client_id: str = CLIENT_ID, **customer: Any) -> dict[str, Any]:
    return {"clientId": client_id, "source": "sms", "customer": {**CUSTOMER, **customer}}


class SandboxProcess:
    """`harness sandbox` with the options given. As a context manager it is ended at the end of the block."""

    def __init__(self, folder: Path, *options: str, environment: dict[str, str] | None = None) -> None:
        self.stderr_path = folder / f"stderr-{time.monotonic_ns()}.txt"
        self._stderr = self.stderr_path.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "harness", "sandbox", "--port", "0", "--announce", "--lifeline", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, **(environment or {})},
        )
        assert self.process.stdout is not None
        first_line = self.process.stdout.readline()
        assert first_line, self.stderr
        self.announcement = json.loads(first_line)
        self.base_url: str = self.announcement["base_url"]
        self.http = httpx.Client(base_url=self.base_url, timeout=PATIENCE_S)
        self.control = httpx.Client(base_url=self.announcement["control_url"], timeout=PATIENCE_S)

    @property
    def stderr(self) -> str:
        return self.stderr_path.read_text()

    def __enter__(self) -> "SandboxProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self.control.close()
        self._stderr.close()
        with self.process:  # closes its pipes
            self.process.terminate()
            self.process.wait(PATIENCE_S)

    def post(self, path: str, body: Any = None, key: str | None = KEY, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        headers |= options.pop("headers", {})
        if body is not None:  # in ASCII: a lone surrogate can be sent as an escape only
            options["content"] = json.dumps(body).encode()
        return self.http.post(path, headers=headers, **options)

    def create_session(self, key: str = KEY, client_id: str = CLIENT_ID, **customer: Any) -> tuple[str, str]:
        """Its sessionId and userId."""
        response = self.post("/v1/sessions", session_body(client_id, **customer), key)
        assert response.status_code == 200, response.text
        return response.json()["sessionId"], response.json()["userId"]

    def send(self, session_id: str, content: Any = "Hello world", key: str = KEY) -> httpx.Response:
        return self.post(f"/v1/sessions/{session_id}/messages", {"content": content}, key)

    def register(self, url: str, key: str = KEY) -> None:
        response = self.post("/v1/webhooks", {"url": url, "event": "message"}, key)
        assert response.status_code == 200, response.text

    def advance(self, seconds: float) -> None:
        self.control.post("/clock", json={"advance_s": seconds}).raise_for_status()

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.control.get("/state").json()
        return state

    def log(self, kind: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        entries = [json.loads(line) for line in self.control.get("/log", params={"since": since}).text.splitlines()]
        return [entry for entry in entries if kind in {None, entry["kind"]}]

    def settled(self) -> None:
        """Waits until no reply is pending."""
        until(lambda: self.state()["pending_replies"] == 0)

    def connection(self) -> socket.socket:
        parts = urlsplit(self.base_url)
        return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S)

    def raw(self, *packets: bytes, pause_s: float = 0.0, answers: int = 1) -> list[tuple[int, bytes]]:
        """Sends bytes as they are; the status and body of so many answers, or of those before the connection ended."""
        received = b""
        with self.connection() as connection:
            for packet in packets:
                connection.sendall(packet)
                time.sleep(pause_s)
            while len(found := answers_in(received)) < answers and (more := connection.recv(65536)):
                received += more
        return found


def answers_in(received: bytes) -> list[tuple[int, bytes]]:
    """Cuts a stream into the answers that are complete, interim ones included."""
    answers = []
    while b"\r\n\r\n" in received:
        head, _, received = received.partition(b"\r\n\r\n")
        found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        length = int(found[1]) if found else 0
        if len(received) < length:
            break
        answers.append((int(head.split(b" ", 2)[1]), received[:length]))
        received = received[length:]
    return answers

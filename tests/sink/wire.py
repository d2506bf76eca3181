"""The sender's side of the tests: webhook calls, down to the bytes, over real sockets."""

import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 20.0


def event(session: str = "s1", content: str = "hello", **data: Any) -> bytes:
    """A webhook call's body that the contract has no objection to, unless `data` gives it one."""
    said = {"sessionId": session, "userId": "u1", "content": content, "participantType": "bot", **data}
    return json.dumps({"event": "message", "data": said}).encode()


def request(url: str, body: bytes = b"", *, method: str = "POST", target: str | None = None, **headers: str) -> bytes:
    """The bytes of one request; `headers` come with "_" for "-". A length is given unless Transfer_Encoding is."""
    parts = urlsplit(url)
    fields = {"Host": parts.netloc, "Content_Type": "application/json", "Content_Length": str(len(body)), **headers}
    if "Transfer_Encoding" in fields:
        del fields["Content_Length"]
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([f"{method} {target or parts.path} HTTP/1.1", *lines, "", ""]).encode() + body


def connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    assert parts.hostname is not None
    return socket.create_connection((parts.hostname, parts.port or 80), timeout=TIMEOUT_S)


def answers(connection: socket.socket, count: int = 1) -> list[tuple[int, bytes]]:
    """The next `count` answers on a connection: status and body. Fewer where the sink closed it before."""
    found: list[tuple[int, bytes]] = []
    with connection.makefile("rb") as stream:
        while len(found) < count and (line := stream.readline()):
            length = 0
            while (header := stream.readline().strip()) != b"":
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            status = int(line.split()[1])
            found.append((status, stream.read(length) if length else b""))
    return found


def exchange(url: str, data: bytes, count: int = 1) -> list[tuple[int, bytes]]:
    """Sends bytes on a connection of their own and gives the answers."""
    with connect(url) as connection:
        connection.sendall(data)
        return answers(connection, count)


def call(url: str, body: bytes | None = None, **headers: str) -> int:
    """One ordinary webhook call; the status that it got."""
    [(status, _)] = exchange(url, request(url, event() if body is None else body, **headers))
    return status


def until(condition: Callable[[], Any], timeout: float = TIMEOUT_S) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "did not come about in time"
        time.sleep(0.02)

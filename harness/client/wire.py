"""One exchange over a bare socket, for what httpx refuses to send: bytes as they are, in the pieces they are given.

The answer is read with h11, which follows RFC 9112, so that bad lengths and framing show as what they are.
"""

import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from harness.client.exchange import Answer, Request
from harness.client.transport import CONNECT_S, LARGEST_BODY, READ_S, WHOLE_S
from harness.client.veil import Veil, Veiled

PIECE_GAP_S = 0.02
# How long the wire is listened to after the response: bytes that follow belong to nothing.
AFTERMATH_S = 0.02


def exchange(request: Request, pieces: Sequence[bytes], veil: Veil) -> Answer:
    """Writes the pieces with a short gap between them, and reads one response. `request` says what they mean."""
    with _Line(veil) as line:
        return line.ask(request, pieces)


def in_turn(requests: Sequence[Request], veil: Veil) -> list[Answer]:
    """One after the other over the same connection, as long as it is kept: the next goes out when one is answered."""
    answers: list[Answer] = []
    with _Line(veil) as line:
        for request in requests:
            answers.append(line.ask(request, [serialise(request)]))
            if answers[-1].status is None:
                break
    return answers


@dataclass(frozen=True, slots=True)
class _Read:
    """A response, what came after it, and whether the connection may carry another request."""

    head: h11.Response
    body: bytes
    trailing: bytes
    kept: bool


class _Unanswered(ConnectionError):
    """The connection ended before the first byte of an answer."""


class _Line:
    """A connection that is made when it is needed: at first, and where the last answer, or the target, ended it."""

    def __init__(self, veil: Veil) -> None:
        self._veil = veil
        self._connection: socket.socket | None = None

    def ask(self, request: Request, pieces: Sequence[bytes]) -> Answer:
        sent_at = time.monotonic_ns()
        try:
            read = self._exchange(request, pieces)
        except (OSError, h11.RemoteProtocolError) as error:
            failure = self._veil.over(str(error) or type(error).__name__)
            elapsed = time.monotonic_ns() - sent_at
            refused = isinstance(error, ConnectionRefusedError)
            return Answer(
                request, sent_at=sent_at, elapsed_ns=elapsed, failure=failure, unreached=refused, veil=self._veil
            )
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in read.head.headers)
        elapsed, status = time.monotonic_ns() - sent_at, read.head.status_code
        return Answer(request, status, headers, read.body, sent_at, elapsed, trailing=read.trailing, veil=self._veil)

    def _exchange(self, request: Request, pieces: Sequence[bytes]) -> _Read:
        reused = self._connection is not None
        try:
            return self._try(request, pieces)
        except _Unanswered:
            self.close()
            if not reused:
                raise
            return self._try(request, pieces)  # it may be closed at any time between two requests

    def _try(self, request: Request, pieces: Sequence[bytes]) -> _Read:
        connection = self._connection = self._connection or _connect(request.base_url)
        connection.settimeout(READ_S)
        try:
            for number, piece in enumerate(pieces):
                if number:
                    time.sleep(PIECE_GAP_S)
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _Unanswered(str(error)) from None
        read = _read(connection, request.method)
        if not read.kept:
            self.close()
        return read

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serialise(request: Request) -> bytes:
    """The request as HTTP/1.1, its headers as they are but for Host, which comes first; then its body."""
    host = urlsplit(request.base_url).netloc
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value.reveal() if isinstance(value, Veiled) else value}" for name, value in request.headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + request.body


def _connect(base_url: str) -> socket.socket:
    parts = urlsplit(base_url)
    assert parts.hostname is not None
    secure = parts.scheme == "https"
    plain = socket.create_connection((parts.hostname, parts.port or (443 if secure else 80)), timeout=CONNECT_S)
    plain.settimeout(READ_S)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not secure:
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
    except BaseException:
        plain.close()
        raise


def _read(connection: socket.socket, method: str) -> _Read:
    reader = h11.Connection(h11.CLIENT)
    # h11 wants to have seen a request go out; what really went out is none of its business.
    reader.send(h11.Request(method=method, target="/", headers=[("Host", "any")]))
    reader.send(h11.EndOfMessage())
    head: h11.Response | None = None
    body = bytearray()
    begun = False
    deadline = time.monotonic() + WHOLE_S
    while True:
        event = reader.next_event()
        if event is h11.NEED_DATA:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the response had not ended after {WHOLE_S:g} s")
            data = _receive(connection, begun=begun)
            begun = True
            reader.receive_data(data)
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > LARGEST_BODY:
                raise OSError(f"the response has more than {LARGEST_BODY} bytes")
        elif isinstance(event, h11.EndOfMessage):
            break
        elif isinstance(event, h11.ConnectionClosed):
            raise ConnectionError("the connection was closed without a response")
    assert head is not None
    kept, aftermath = _aftermath(connection, reader)
    return _Read(head, bytes(body), reader.trailing_data[0] + aftermath, kept)


def _receive(connection: socket.socket, *, begun: bool) -> bytes:
    """The next bytes; none at the end. An end before the first of them is no answer at all."""
    try:
        data = connection.recv(65536)
    except ConnectionResetError as error:
        raise error if begun else _Unanswered(str(error)) from None
    if not data and not begun:
        raise _Unanswered("the connection was closed without a response")
    return data


def _aftermath(connection: socket.socket, reader: h11.Connection) -> tuple[bool, bytes]:
    """Whether the connection is still open, as far as can be told by now, and what came after the response."""
    if reader.their_state is not h11.DONE:
        return False, b""
    connection.settimeout(AFTERMATH_S)
    try:
        more = connection.recv(4096)
    except TimeoutError:
        return True, b""
    except OSError:
        return False, b""
    return False, more

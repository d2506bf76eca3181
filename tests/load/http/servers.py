"""Real servers on loopback that do what servers should not. Each runs in a thread; the client is gevent's."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Reaction = Callable[[socket.socket], None]
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"status":200}'


@dataclass
class Server:
    """`connections` counts those that were made; `requests` holds what each request looked like, in order."""

    port: int
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def sends(*pieces: bytes) -> Reaction:
    return lambda peer: [peer.sendall(piece) for piece in pieces] and None


def closes_after(*pieces: bytes) -> Reaction:
    def react(peer: socket.socket) -> None:
        sends(*pieces)(peer)
        peer.shutdown(socket.SHUT_RDWR)

    return react


def resets(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def stays_silent(peer: socket.socket) -> None:
    peer.recv(1)  # until the client hangs up


def never_ends(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.sendall(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")


@contextmanager
def server(*reactions: Reaction) -> Iterator[Server]:
    """Reacts to one request after the other; the last reaction is that to all that follow."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        told = Server(listener.getsockname()[1])
        threading.Thread(target=_listen, args=(listener, told, reactions), daemon=True).start()
        yield told
        listener.shutdown(socket.SHUT_RDWR)


def _listen(listener: socket.socket, told: Server, reactions: Sequence[Reaction]) -> None:
    with suppress(OSError):
        while True:
            peer, _ = listener.accept()
            told.connections += 1
            threading.Thread(target=_serve, args=(peer, told, reactions), daemon=True).start()


def _serve(peer: socket.socket, told: Server, reactions: Sequence[Reaction]) -> None:
    with peer, suppress(OSError):
        while request := _request(peer):
            told.requests.append(request)
            reactions[min(len(told.requests), len(reactions)) - 1](peer)


def _request(peer: socket.socket) -> bytes:
    """One request, cut off the stream by its length; nothing at the end of the stream."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := peer.recv(65536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:"))
    while len(body) < length:
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body

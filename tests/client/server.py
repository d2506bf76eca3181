"""A target that does as a test tells it, on a real socket: each connection is handed to the test's own function."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

JSON_HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"


def response(status: str = "200 OK", body: bytes = b'{"status": 200}', *extra: bytes) -> bytes:
    return JSON_HEAD % (status.encode(), len(body), b"".join(line + b"\r\n" for line in extra)) + body


class Connection:
    """One accepted connection, request by request."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._reader = sock.makefile("rb")

    def request(self) -> tuple[str, dict[str, str], bytes]:
        """The next request: its first line, headers (names in lower case) and body. EOFError where there is none."""
        first = self._reader.readline()
        if not first:
            raise EOFError
        headers = {}
        while (line := self._reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return first.decode("latin-1").strip(), headers, self._reader.read(int(headers.get("content-length", 0)))

    def answer(self, data: bytes) -> None:
        self.sock.sendall(data)

    def close(self) -> None:
        self._reader.close()
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


class Server:
    """Listens on loopback; `behave` is called with each connection, in a thread of its own."""

    def __init__(self, behave: Callable[[Connection], None]) -> None:
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(timeout=5)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(10)
        connection = Connection(sock)
        with suppress(EOFError, OSError):
            self._behave(connection)
        connection.close()

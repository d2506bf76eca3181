"""A TLS server with a certificate of its own making, for `localhost` only, that keeps every byte it could decrypt.

localhost.pem holds a key and a self-signed certificate that were made for these tests and are good for nothing else.
"""

import contextlib
import socket
import ssl
import threading
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("localhost.pem")
ANSWER = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class TlsServer:
    """Answers every request with a 500. `calls` counts connections, `heard` is what came over the ones that stood."""

    def __init__(self) -> None:
        self.calls = 0
        self.heard = b""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(CERTIFICATE)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "TlsServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                with self._context.wrap_socket(connection, server_side=True) as trusted:
                    self.heard += trusted.recv(65536)
                    trusted.sendall(ANSWER)

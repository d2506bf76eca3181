"""Opens connections to the target, its name resolved now and then, its certificate verified always; and keeps an eye on
those that are open."""

import functools
import time
from urllib.parse import urlsplit

import gevent
from gevent import socket
from gevent.lock import RLock
from gevent.ssl import PROTOCOL_TLS_CLIENT, SSLContext

from harness.load.http.connection import SECOND, Connection
from harness.load.http.failure import NoConnection
from harness.load.patience import CONNECT_S

PORTS = {"http": 80, "https": 443}
# For how long the addresses of a name are taken for granted: nanoseconds.
RESOLVED_NS = 30 * SECOND
# How often open connections are looked at: seconds.
SWEEP_S = 0.25


@functools.cache
def shared_tls() -> SSLContext:
    """One verifying context for all connections: one for each would cost 900 kB a connection."""
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    return context


class Dialler:
    """Knows the way to one base URL."""

    def __init__(self, base_url: str) -> None:
        url = urlsplit(base_url)
        self._host = url.hostname or ""
        self._port = url.port or PORTS[url.scheme]
        self._tls = shared_tls() if url.scheme == "https" else None
        self._addresses: list[tuple[str, int]] = []
        self._resolved_at = -RESOLVED_NS
        self._asking = RLock()
        self._open: set[Connection] = set()
        self._sweeper: gevent.Greenlet | None = None

    def dial(self) -> Connection:
        """Raises OSError (ssl.SSLError, socket.gaierror, NoConnection ...) where there is no way through."""
        with gevent.Timeout(CONNECT_S, NoConnection):
            opened = self._reach()
        connection = Connection(opened)
        self._open.add(connection)
        self._sweeper = self._sweeper or gevent.spawn(self._sweep)
        return connection

    def hang_up(self, connection: Connection) -> None:
        self._open.discard(connection)
        connection.close()

    def _reach(self) -> socket.socket:
        opened = self._connect()
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                opened = self._tls.wrap_socket(opened, server_hostname=self._host)
            opened.settimeout(None)  # from here on the pool looks at the deadline
        except BaseException:
            opened.close()
            raise
        return opened

    def _sweep(self) -> None:
        """One look over all connections, in place of a timer for each exchange and each idle one."""
        while True:
            gevent.sleep(SWEEP_S)
            now = time.monotonic_ns()
            for connection in [each for each in self._open if each.overdue(now)]:
                connection.expire()
            for connection in [each for each in self._open if each.stale(now)]:
                self.hang_up(connection)

    def _connect(self) -> socket.socket:
        refused: OSError | None = None
        for address in self._resolved():
            try:
                return socket.create_connection(address)
            except OSError as error:
                refused = error
        raise refused or socket.gaierror(self._host)

    def _resolved(self) -> list[tuple[str, int]]:
        """One asks for all who dial at once, and an old answer is better than none."""
        with self._asking:
            now = time.monotonic_ns()
            if now - self._resolved_at > RESOLVED_NS:
                try:
                    found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
                except socket.gaierror:
                    if not self._addresses:
                        raise
                else:
                    self._addresses = list(dict.fromkeys(address[:2] for *_, address in found))
                self._resolved_at = now
        return self._addresses

"""Asks another process for its monotonic clock, over a connection that it keeps for this. The standard library only, so
that it runs in a greenlet too."""

import contextlib
import http.client
import json
import socket
import time
from urllib.parse import urlsplit

from harness.clocks import Comparison
from harness.secret import Secret

PATH = "/clock"
TIMEOUT_S = 2.0


class ClockLine:
    """`url` is of a control listener of ours."""

    def __init__(self, url: str, token: Secret) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        self._headers = {"Authorization": f"Bearer {token.reveal()}"}

    def ask(self, comparison: Comparison) -> bool:
        """One exchange. False where there was none: the next one may succeed."""
        try:
            if self._connection.sock is None:
                self._connect()
            asked = time.monotonic_ns()
            self._connection.request("GET", PATH, headers=self._headers)
            response = self._connection.getresponse()
            body = response.read()
            heard = time.monotonic_ns()
            theirs = json.loads(body)["at"] if response.status == 200 else None
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            self.close()
            return False
        if not isinstance(theirs, int):
            return False
        comparison.enter(asked, theirs, heard)
        return True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.close()

    def _connect(self) -> None:
        """Ahead of the question, whose way is what counts."""
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

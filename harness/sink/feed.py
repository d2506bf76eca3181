"""Hears the sink's feed: a blocking iterator over arrivals.

The standard library's http.client and nothing else, so that it runs in a thread and, patched, in a greenlet.
"""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator

from harness.errors import SinkDied
from harness.events import Gauged, Replied
from harness.journal import decode
from harness.sink.address import SinkAddress
from harness.sink.client import authorization, connect

# The sink gives a sign of life each second.
SILENCE_S = 5.0
READ_BYTES = 65536


class Feed:
    """What the sink holds of the past (or of arrival number `since` on), and then every arrival as it comes.

    Iterating raises SinkDied when the stream ends, is silent for SILENCE_S, or was cut off because it was read too
    slowly. After `close`, which any thread may call, it just ends.
    """

    def __init__(self, address: SinkAddress, since: int | None = None) -> None:
        """Connects: once it returns, no later arrival is missed. Raises SinkDied where there is no sink."""
        self._closed = threading.Event()
        self._reading = False
        self._connection = connect(address, SILENCE_S)
        path = "/feed" if since is None else f"/feed?since={since}"
        try:
            self._connection.request("GET", path, headers=authorization(address))
            # Held apart: http.client forgets the socket of a response that says it is the connection's last.
            self._socket = self._connection.sock
            self._response = self._connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise SinkDied(f"the webhook sink does not answer: {error or type(error).__name__}") from None
        if self._response.status != 200:
            status = self._response.status
            self.close()
            raise SinkDied(f"the webhook sink refuses its feed: HTTP {status}")

    def __iter__(self) -> Iterator[Replied]:
        for line in self._lines():
            event = decode(line)
            if isinstance(event, Replied):
                yield event
            elif isinstance(event, Gauged):
                raise SinkDied(f"the webhook sink dropped this reader: it fell {event.value:.0f} arrivals behind")

    def close(self) -> None:
        """Ends whoever is iterating. Safe to repeat."""
        if self._closed.is_set():
            return
        self._closed.set()
        # Only a hint to whoever reads: closing under a reader's feet is an error, between greenlets above all.
        with contextlib.suppress(OSError):  # the other end may have been quicker
            self._socket.shutdown(socket.SHUT_RDWR)
        if not self._reading:
            self._release()

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _lines(self) -> Iterator[str]:
        rest = b""
        self._reading = True
        try:
            while chunk := self._read():
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (line.decode("ascii") for line in lines if line)
        finally:
            self._reading = False
            self._release()
        if not self._closed.is_set():
            raise SinkDied("the webhook sink ended its feed: its process is gone or going")

    def _release(self) -> None:
        self._response.close()
        self._connection.close()
        self._socket.close()

    def _read(self) -> bytes:
        """The next bytes; none at the end of the stream, however it came."""
        try:
            return self._response.read1(READ_BYTES)
        except TimeoutError:
            raise SinkDied(f"the webhook sink was silent for {SILENCE_S:.0f} s") from None
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            return b""  # reset by a kill, or closed by us

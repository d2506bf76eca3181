"""Requests by httpx: HTTP/1.1, connections kept alive, TLS verified, no redirect followed, no cookie kept."""

import math
import re
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness.client.clients import Clients
from harness.client.deadline import bounded, until
from harness.client.exchange import Answer, Head, Request
from harness.client.veil import Veil, Veiled
from harness.profile import LOOPBACK

CONNECT_S = 5.0
READ_S = 15.0
# A target that stays silent again and again to one operation is waited for less and less: (silences, seconds). Each one
# counts against it all the same, and the first answer restores patience, as long as not all of it is spent.
PATIENCE = ((0, READ_S), (2, 3.0), (6, 0.5))
# So long is a target waited for in vain in all: seconds. After that, about as long as it ever took to answer.
ALL_PATIENCE_S = 45.0
SHORT_S = 2.0
# An answer that trickles for longer than this never ends: seconds.
WHOLE_S = 30.0
# However little time an exchange is given, it has so much: seconds.
SHORTEST_S = 0.01
LARGEST_BODY = 2 * 1024 * 1024
# What an operating system's error begins with, before it says what it is.
ERRNO = re.compile(r"^\[Errno -?\d+\] ")
# Idle connections are closed by us before most servers would, so that a request seldom meets a closing one.
IDLE_S = 2.0
# Connections that are kept where nothing is sent on them, at most.
KEPT = 40


class Transport:
    """Sends requests and always comes back with an Answer, whatever happened. Thread-safe."""

    def __init__(
        self,
        base_url: str,
        veil: Veil,
        before_resending: Callable[[], object] | None,
        source_address: str | None = None,
    ) -> None:
        """`before_resending` is called before a request goes out a second time; where it is None, none does.
        `source_address` is an address of this machine to send from, where it is not for the system to choose."""
        self._before_resending = before_resending
        self._base_url = base_url
        self._veil = veil
        self._reuse = True
        self._silences: Counter[str] = Counter()
        self._silent_s = 0.0
        self._slowest_s = 0.0
        parts = urlsplit(base_url)
        environment = parts.hostname not in LOOPBACK
        # To read whom this machine trusts takes longer than many a request: only where there are certificates.
        secure = parts.scheme == "https"
        tls = httpx.create_ssl_context(trust_env=environment) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

        def make() -> httpx.Client:
            return _client(tls, environment, source_address)

        # Those of the second close their connection after each exchange.
        self._clients, self._fresh = Clients(make, IDLE_S, KEPT), Clients(make, IDLE_S, KEPT)

    def send(self, request: Request, end_s: float = math.inf) -> Answer:
        """One exchange, which is given up at `end_s` (monotonic) at the latest. A connection that was closed while it
        lay idle is replaced, once, and that is no failure; where nothing is sent again the answer says that it is
        stale."""
        if not self._reuse:
            return self._exchange(request, end_s, fresh=True)
        answer = self._exchange(request, end_s, fresh=False)
        if not answer.stale:
            return answer
        # Which of the two closed first cannot be told: from here on no connection of this target is used twice.
        self._reuse = False
        if self._before_resending is None:
            return answer
        self._before_resending()
        return self._exchange(request, end_s, fresh=True)

    def close(self) -> None:
        self._clients.close()
        self._fresh.close()

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _exchange(self, request: Request, end_s: float, *, fresh: bool) -> Answer:
        with (self._fresh if fresh else self._clients).lent() as client:
            return self._by(client, request, end_s, fresh)

    def _by(self, client: httpx.Client, request: Request, end_s: float, fresh: bool) -> Answer:
        course = _Course(time.monotonic_ns(), min(self._patience_s(request), max(end_s - time.monotonic(), SHORTEST_S)))
        try:
            with until(min(course.sent_at / 1e9 + WHOLE_S, max(end_s, course.sent_at / 1e9 + SHORTEST_S))):
                answer = self._stream(client, request, fresh, course)
            self._silences[request.label] = 0
            self._slowest_s = max(self._slowest_s, answer.elapsed_ns / 1e9)
        except httpx.LocalProtocolError:
            raise  # a request that we may not send is a mistake of ours, not of the target
        except httpx.TransportError as error:
            elapsed = time.monotonic_ns() - course.sent_at
            if isinstance(error, httpx.ReadTimeout):
                self._silences[request.label] += 1
                self._silent_s += elapsed / 1e9
            broken = isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError))
            reused = "connection.connect_tcp.started" not in course.events
            answer = Answer(
                request,
                headers=course.headers,
                sent_at=course.sent_at,
                elapsed_ns=elapsed,
                failure=self._veil.over(_in_words(error, course, elapsed / 1e9)),
                unreached=isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)),
                stale=broken and reused and "http11.receive_response_headers.complete" not in course.events,
                head=course.head,
                veil=self._veil,
            )
        return answer

    def _patience_s(self, request: Request) -> float:
        silences = self._silences[request.label]
        patience_s = next(seconds for least, seconds in reversed(PATIENCE) if silences >= least)
        return patience_s if self._silent_s < ALL_PATIENCE_S else min(patience_s, SHORT_S + 2 * self._slowest_s)

    def _stream(self, client: httpx.Client, request: Request, fresh: bool, course: "_Course") -> Answer:
        def trace(event: str, info: Any) -> None:
            course.events.add(event)

        headers = [(name.encode("latin-1", "replace"), _value(value)) for name, value in request.headers]
        if fresh:
            headers.append((b"Connection", b"close"))
        outgoing = client.build_request(
            request.method,
            self._base_url + request.path,
            headers=headers,
            content=request.body or None,
            timeout=httpx.Timeout(course.patience_s, connect=min(CONNECT_S, course.patience_s)),
            extensions={"trace": trace},
        )
        response = client.send(outgoing, stream=True)
        course.headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
        )
        course.head = Head(response.status_code, time.monotonic_ns() - course.sent_at)
        try:
            body = self._read(response)
        finally:
            response.close()
        elapsed = time.monotonic_ns() - course.sent_at
        return Answer(request, response.status_code, course.headers, body, course.sent_at, elapsed, veil=self._veil)

    def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise httpx.ReadError(f"the response has more than {LARGEST_BODY} bytes")
        return bytes(body)


@dataclass(slots=True)
class _Course:
    """How far an exchange came. Each of its steps is waited for as long as `patience_s`."""

    sent_at: int
    patience_s: float
    events: set[str] = field(default_factory=set)
    headers: tuple[tuple[str, str], ...] = ()
    head: Head | None = None


def _client(tls: ssl.SSLContext, environment: bool, source_address: str | None) -> httpx.Client:
    """One that keeps its connection, and no cookie. With a source address it goes through no proxy."""
    limits = httpx.Limits(max_keepalive_connections=1, keepalive_expiry=IDLE_S)
    own = httpx.HTTPTransport(verify=tls, limits=limits, local_address=source_address) if source_address else None
    client = httpx.Client(verify=tls, limits=limits, trust_env=environment, follow_redirects=False, transport=own)
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return bounded(client)


def _value(value: str | Veiled) -> bytes:
    return (value.reveal() if isinstance(value, Veiled) else value).encode("latin-1", "replace")


def _in_words(error: Exception, course: _Course, elapsed_s: float) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return f"no connection within {min(CONNECT_S, course.patience_s):.3g} s"
    if isinstance(error, httpx.ReadTimeout) and course.head is None and elapsed_s < WHOLE_S:
        return f"no answer within {course.patience_s:.3g} s"
    if isinstance(error, httpx.ReadTimeout):
        return f"the response had not ended after {elapsed_s:.3g} s"
    return ERRNO.sub("", str(error)) or type(error).__name__

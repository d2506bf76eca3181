"""Requests by httpx: HTTP/1.1, connections kept alive, TLS verified, no redirect followed, no cookie kept."""

import ssl
import time
from collections import Counter
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness.client.exchange import Answer, Request
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
LARGEST_BODY = 2 * 1024 * 1024
# Idle connections are closed by us before most servers would, so that a request seldom meets a closing one.
IDLE_S = 2.0


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
        environment = urlsplit(base_url).hostname not in LOOPBACK
        tls = httpx.create_ssl_context(trust_env=environment)
        self._client, self._fresh = (_client(tls, environment, kept, source_address) for kept in (40, 0))
        for client in (self._client, self._fresh):
            client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, request: Request) -> Answer:
        """One exchange. A connection that was closed while it lay idle is replaced, once, and that is no failure; where
        nothing is sent again the answer says that it is stale."""
        if not self._reuse:
            return self._exchange(request, fresh=True)
        answer = self._exchange(request, fresh=False)
        if not answer.stale:
            return answer
        # Which of the two closed first cannot be told: from here on no connection of this target is used twice.
        self._reuse = False
        if self._before_resending is None:
            return answer
        self._before_resending()
        return self._exchange(request, fresh=True)

    def close(self) -> None:
        self._client.close()
        self._fresh.close()

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _exchange(self, request: Request, *, fresh: bool) -> Answer:
        seen: set[str] = set()
        patience_s = self._patience_s(request)
        sent_at = time.monotonic_ns()
        try:
            answer = self._stream(request, fresh, sent_at, seen, patience_s)
            self._silences[request.label] = 0
            self._slowest_s = max(self._slowest_s, answer.elapsed_ns / 1e9)
        except httpx.LocalProtocolError:
            raise  # a request that we may not send is a mistake of ours, not of the target
        except httpx.TransportError as error:
            elapsed = time.monotonic_ns() - sent_at
            if isinstance(error, httpx.ReadTimeout):
                self._silences[request.label] += 1
                self._silent_s += elapsed / 1e9
            failure = self._veil.over(_in_words(error, patience_s))
            broken = isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError))
            reused = "connection.connect_tcp.started" not in seen
            answer = Answer(
                request,
                sent_at=sent_at,
                elapsed_ns=elapsed,
                failure=failure,
                unreached=isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)),
                stale=broken and reused and "http11.receive_response_headers.complete" not in seen,
                veil=self._veil,
            )
        return answer

    def _patience_s(self, request: Request) -> float:
        silences = self._silences[request.label]
        patience_s = next(seconds for least, seconds in reversed(PATIENCE) if silences >= least)
        return patience_s if self._silent_s < ALL_PATIENCE_S else min(patience_s, SHORT_S + 2 * self._slowest_s)

    def _stream(self, request: Request, fresh: bool, sent_at: int, seen: set[str], patience_s: float) -> Answer:
        def trace(event: str, info: Any) -> None:
            seen.add(event)

        headers = [(name.encode("latin-1", "replace"), _value(value)) for name, value in request.headers]
        if fresh:
            headers.append((b"Connection", b"close"))
        client = self._fresh if fresh else self._client
        outgoing = client.build_request(
            request.method,
            self._base_url + request.path,
            headers=headers,
            content=request.body or None,
            timeout=httpx.Timeout(patience_s, connect=CONNECT_S),
            extensions={"trace": trace},
        )
        response = client.send(outgoing, stream=True)
        try:
            body = self._read(response, sent_at)
        finally:
            response.close()
        pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        elapsed = time.monotonic_ns() - sent_at
        return Answer(request, response.status_code, pairs, body, sent_at, elapsed, veil=self._veil)

    def _read(self, response: httpx.Response, sent_at: int) -> bytes:
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise httpx.ReadError(f"the response has more than {LARGEST_BODY} bytes")
            if time.monotonic_ns() - sent_at > WHOLE_S * 1e9:
                raise httpx.ReadTimeout(f"the response had not ended after {WHOLE_S:g} s")
        return bytes(body)


def _client(tls: ssl.SSLContext, environment: bool, kept: int, source_address: str | None) -> httpx.Client:
    """One that keeps so many idle connections. With a source address it goes through no proxy."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=kept, keepalive_expiry=IDLE_S)
    own = httpx.HTTPTransport(verify=tls, limits=limits, local_address=source_address) if source_address else None
    return httpx.Client(verify=tls, limits=limits, trust_env=environment, follow_redirects=False, transport=own)


def _value(value: str | Veiled) -> bytes:
    return (value.reveal() if isinstance(value, Veiled) else value).encode("latin-1", "replace")


def _in_words(error: Exception, patience_s: float) -> str:
    words: dict[type[Exception], str] = {
        httpx.ConnectTimeout: f"no connection within {CONNECT_S:g} s",
        httpx.ReadTimeout: f"no answer within {patience_s:g} s",
    }
    return words.get(type(error)) or f"{type(error).__name__}: {error}"

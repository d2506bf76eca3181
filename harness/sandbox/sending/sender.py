"""One webhook call: a POST of JSON, to an address that may be called, over a connection that is used again."""

import socket
import time
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from types import TracebackType

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from harness.sandbox.calls import Call
from harness.sandbox.sending.policy import REDIRECTS, SenderPolicy
from harness.sandbox.webhooks import is_loopback

# Many servers close a connection that idles for 5 s; one that is about to go must not be used.
KEEP_ALIVE_S = 4.0
# Whose Retry-After speaks of the same request; and the redirects that keep a request as it is.
ASKING, KEEPING = (429, 503), (307, 308)
# Why a call was not answered, where somebody asks.
TIMED_OUT = "no answer in time"
HUNG_UP = "connection closed before an answer came"


# A webhook cannot put a reply off for longer, whatever it asks for: seconds.
LONGEST_WAIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Answered:
    """The status of an answer, None where there is none; for how many seconds a 429 or 503 asks the sender to stay
    away; and where a redirect points."""

    status: int | None = None
    retry_after_s: float | None = None
    location: URL | None = None


class NotDelivered(Exception):
    """The call was not answered; the text says why, without the URL."""


class Sender:
    """Calls webhooks. As a context manager its connections are closed at the end of the block.

    How many calls are under way at once is up to the caller.
    """

    def __init__(self, policy: SenderPolicy, *, allow_remote: bool) -> None:
        self._policy = policy
        self._allow_remote = allow_remote

    async def __aenter__(self) -> "Sender":
        resolver = None if self._allow_remote else _ThisMachine()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S, resolver=resolver),
            timeout=aiohttp.ClientTimeout(total=self._policy.timeout_s),
            skip_auto_headers=("Accept-Encoding", "Content-Type", "User-Agent"),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._session.close()

    def may_call(self, url: URL) -> bool:
        return self._allow_remote or is_loopback(url.host)

    async def make(self, call: Call) -> Answered:
        """What it was answered with, whatever becomes of the answer's body. Raises NotDelivered."""
        answered = await self._make(call)
        if self._policy.follows_redirects and answered.location is not None:
            return await self._make(_redirected(call, answered))
        return answered

    async def _make(self, call: Call) -> Answered:
        if not self.may_call(call.url):
            raise NotDelivered("the URL is not on this machine")
        try:
            request = self._session.request(
                call.method, call.url, data=call.body, headers=call.headers, allow_redirects=False
            )
            async with request as response:
                return _answered(call, response)
        except TimeoutError:
            raise NotDelivered(TIMED_OUT) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotDelivered(_reason(error)) from None


class _ThisMachine(AbstractResolver):
    """Knows localhost alone, and asks nobody: a hosts file could lead it off this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = {"127.0.0.1": socket.AF_INET, "::1": socket.AF_INET6}
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)
            for address, family in addresses.items()
        ]

    async def close(self) -> None:
        pass


def _answered(call: Call, response: aiohttp.ClientResponse) -> Answered:
    status, headers = response.status, response.headers
    asked = headers.get("Retry-After") if status in ASKING else None
    location = headers.get("Location") if status in REDIRECTS else None
    return Answered(
        status, None if asked is None else _wait_s(asked), None if location is None else _target(call.url, location)
    )


def _target(url: URL, location: str) -> URL | None:
    """None for what is no URL: the answer is one all the same."""
    try:
        return url.join(URL(location))
    except ValueError:
        return None


def _redirected(call: Call, answered: Answered) -> Call:
    """The same request where it points, or the GET that clients make of it."""
    assert answered.location is not None
    if answered.status in KEEPING:
        return replace(call, url=answered.location)
    return replace(call, url=answered.location, method="GET", body=b"")


def _wait_s(asked: str) -> float | None:
    """Seconds, from Retry-After's two forms. None for what is neither."""
    try:
        wait_s = float(asked) if asked.strip().isdigit() else parsedate_to_datetime(asked).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(wait_s, 0.0), LONGEST_WAIT_S)


def _reason(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return f"its certificate is not trusted: {getattr(error.certificate_error, 'verify_message', 'unknown')}"
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return "connection refused"
        case aiohttp.ClientConnectorError():
            return error.os_error.strerror or "no connection"
        case aiohttp.ClientResponseError():
            return "the answer is not HTTP"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
            return HUNG_UP
        case _:
            return type(error).__name__

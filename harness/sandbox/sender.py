"""One webhook call: a POST of JSON, to an address that may be called, over a connection that is used again."""

import socket
from types import TracebackType

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from harness.sandbox.calls import Call
from harness.sandbox.webhooks import is_loopback

# Many servers close a connection that idles for 5 s; one that is about to go must not be used.
KEEP_ALIVE_S = 4.0
# Why a call was not answered, where somebody asks.
TIMED_OUT = "no answer in time"
HUNG_UP = "connection closed before an answer came"


class NotDelivered(Exception):
    """The call was not answered; the text says why, without the URL."""


class Sender:
    """Calls webhooks. As a context manager its connections are closed at the end of the block.

    How many calls are under way at once is up to the caller; redirects are not followed.
    """

    def __init__(self, timeout_s: float, *, allow_remote: bool) -> None:
        self._timeout_s = timeout_s
        self._allow_remote = allow_remote

    async def __aenter__(self) -> "Sender":
        resolver = None if self._allow_remote else _ThisMachine()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S, resolver=resolver),
            timeout=aiohttp.ClientTimeout(total=self._timeout_s),
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

    async def make(self, call: Call) -> int:
        """The status that it was answered with, whatever becomes of the answer's body. Raises NotDelivered."""
        if not self.may_call(call.url):
            raise NotDelivered("the URL is not on this machine")
        try:
            request = self._session.request(
                call.method, call.url, data=call.body, headers=call.headers, allow_redirects=False
            )
            async with request as response:
                return response.status
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

"""A sandbox and a webhook in the test's own event loop, and a tenant who uses both: quick to start, one per test."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from harness.sandbox.config import Config
from harness.sandbox.console import Console
from harness.sandbox.sandbox import Running, running
from harness.sandbox.sending.policy import SenderPolicy
from tests.sandbox.listening import listening_for_http
from tests.sandbox.process import CLIENT_ID, KEY, OTHER_CLIENT_ID, OTHER_KEY, session_body

PATIENCE_S = 20.0
TTL_S = 600.0
CLIENTS = {KEY: CLIENT_ID, OTHER_KEY: OTHER_CLIENT_ID}
QUICK = SenderPolicy(timeout_s=0.3, first_s=0.01, longest_s=0.1)
DEFAULTS: dict[str, Any] = {
    "port": 0,
    "reply_median_s": 0.0,
    "session_ttl_s": TTL_S,
    "sender": QUICK,
}


@dataclass(frozen=True)
class Got:
    """An answer, read to its end."""

    status: int
    headers: Any
    raw: bytes

    @property
    def body(self) -> Any:
        """Its JSON; None where it is none."""
        try:
            return json.loads(self.raw)
        except ValueError:
            return None

    def told(self, name: str) -> Any:
        return self.body.get(name) if isinstance(self.body, dict) else None


@dataclass(frozen=True)
class Heard:
    """A webhook call that arrived."""

    method: str
    path: str  # and query
    headers: Any
    raw: bytes

    @property
    def event(self) -> Any:
        try:
            return json.loads(self.raw)
        except ValueError:
            return None

    @property
    def data(self) -> dict[str, Any]:
        data = self.event.get("data") if isinstance(self.event, dict) else None
        return data if isinstance(data, dict) else {}


class Webhook:
    """Keeps what arrives. `answer` may be replaced at any time; where it gives None the connection is closed."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answer: Callable[[Heard], Awaitable[web.StreamResponse | None]] = self._ok
        self.url = ""

    async def _ok(self, heard: Heard) -> web.StreamResponse | None:
        return web.Response()

    async def take(self, request: web.BaseRequest) -> web.StreamResponse:
        heard = Heard(request.method, request.path_qs, request.headers, await request.read())
        self.heard.append(heard)
        answer = await self.answer(heard)
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
        return answer or web.Response()


class Site:
    """What a tenant does, and what it sees of it."""

    def __init__(self, sandbox: Running, http: aiohttp.ClientSession, webhook: Webhook) -> None:
        self.sandbox = sandbox
        self.http = http
        self.webhook = webhook

    async def ask(self, method: str, path: str, data: Any = None, headers: dict[str, str] | None = None) -> Got:
        request = self.http.request(
            method, self.sandbox.base_url + path, data=data, headers=headers or {}, allow_redirects=False
        )
        async with request as answer:
            return Got(answer.status, answer.headers, await answer.read())

    async def post(self, path: str, body: Any = None, key: str | None = KEY, **headers: str) -> Got:
        """A body of bytes goes as it is, any other as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
        return await self.ask(
            "POST", path, data, {**said, **{name.replace("_", "-"): headers[name] for name in headers}}
        )

    async def creation(self, key: str = KEY, **customer: Any) -> Got:
        return await self.post("/v1/sessions", session_body(CLIENTS[key], **customer), key)

    async def create(self, key: str = KEY, **customer: Any) -> str:
        return str((await self.creation(key, **customer)).told("sessionId"))

    async def send(self, session_id: str, content: Any = "Hello world", key: str | None = KEY, **headers: str) -> Got:
        return await self.post(f"/v1/sessions/{session_id}/messages", {"content": content}, key, **headers)

    async def register(self, path: str = "", key: str = KEY) -> Got:
        return await self.post("/v1/webhooks", {"url": self.webhook.url + path, "event": "message"}, key)

    async def reply_to(self, content: str = "Hello world", session_id: str | None = None) -> Heard:
        """The webhook call that a message leads to, in a new session or the one given."""
        before = len(self.webhook.heard)
        await self.send(session_id or await self.create(), content)
        return (await self.hear(before + 1))[before]

    async def hear(self, number: int) -> list[Heard]:
        """Everything that arrived, as soon as there are so many."""
        await self.until(lambda: len(self.webhook.heard) >= number)
        return self.webhook.heard

    async def settled(self) -> list[Heard]:
        """Everything that arrived, once no reply is on its way."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.state())["pending_replies"]:
                await asyncio.sleep(0.01)
        return self.webhook.heard

    async def state(self) -> Any:
        async with self.http.get(f"{self.sandbox.control_url}/state") as answer:
            return await answer.json()

    async def advance(self, seconds: float) -> None:
        async with self.http.post(f"{self.sandbox.control_url}/clock", json={"advance_s": seconds}) as answer:
            assert answer.status == 200

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.005)

    async def raw(self, *packets: bytes, answer: bytes = b"") -> bytes:
        """Sends bytes as they are, each when those before it were read; what comes back until it ends, or `answer`."""
        parts = urlsplit(self.sandbox.base_url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            for packet in packets:
                writer.write(packet)
                await writer.drain()
                await asyncio.sleep(0.02)
            async with asyncio.timeout(PATIENCE_S):
                return await (reader.readuntil(answer) if answer else reader.read())
        finally:
            writer.close()


@asynccontextmanager
async def site(**options: Any) -> AsyncIterator[Site]:
    webhook = Webhook()
    config = Config(**{**DEFAULTS, **options})
    async with listening_for_http(webhook.take) as port:
        webhook.url = f"http://127.0.0.1:{port}/Hook"
        async with running(config, Console(None)) as sandbox, aiohttp.ClientSession() as http:
            yield Site(sandbox, http, webhook)


def at_site(visit: Callable[[Site], Awaitable[Any]], **options: Any) -> Any:
    """What a visit to a sandbox with these options comes to."""

    async def main() -> Any:
        async with asyncio.timeout(3 * PATIENCE_S), site(**options) as place:
            return await visit(place)

    return asyncio.run(main())

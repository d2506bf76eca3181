"""How many messages a second the sandbox accepts and answers on one core: `python benchmarks/sandbox_throughput.py`.

The sandbox is pinned to one core; the customers and the webhook that they wait at share another. Each customer sends a
message, waits for its 200 and for its reply, and sends the next, so that what is accepted is delivered in the same
second. A bare aiohttp server that echoes the same bytes is measured the same way, for scale. On a machine that does
other things as well, a server gets less than its core: `cpu` is how much of it each one got, and `whole core` what its
rate comes to with all of it.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import psutil
import uvloop

CLIENT_ID = "425462d5fcc648958485f40e501fed2f"
KEY = "sandbox-key-one"
WEBHOOK_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SESSION_ID = re.compile(rb'"sessionId": *"([0-9a-f]{32})"')
WARM_UP_S = 1.0

INTERPRETER = """import sys; print('{"base_url": ""}', flush=True); sys.stdin.read()"""
ECHO_SERVER = """
import sys, asyncio, uvloop
from aiohttp import web
async def echo(request):
    return web.Response(body=await request.read(), content_type="application/json")
async def main():
    server = await asyncio.get_running_loop().create_server(web.Server(echo, access_log=None), "127.0.0.1", 0)
    print('{"base_url": "http://127.0.0.1:%d"}' % server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
uvloop.run(main())
"""


@dataclass
class Counts:
    accepted: int = 0
    delivered: int = 0
    other: list[bytes] = field(default_factory=list)  # answers that were no 200


class Frames(asyncio.Protocol):
    """Cuts a stream into HTTP messages by their Content-Length."""

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (head := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = CONTENT_LENGTH.search(self._buffer, 0, head)
            end = head + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < end:
                return
            message, self._buffer = self._buffer[:end], self._buffer[end:]
            self.message(message)

    def message(self, message: bytes) -> None:
        raise NotImplementedError


class Customer(Frames):
    """Sends the same request again once it has both the answer and, where it waits for one, the reply."""

    def __init__(self, request: bytes, counts: Counts, *, waits_for_reply: bool) -> None:
        super().__init__()
        self._request = request
        self._counts = counts
        self._needed = 2 if waits_for_reply else 1
        self._missing = 0

    def send(self) -> None:
        self._missing = self._needed
        self.transport.write(self._request)

    def message(self, message: bytes) -> None:
        if message.startswith(b"HTTP/1.1 200"):
            self._counts.accepted += 1
        else:
            self._counts.other.append(message)
        self._one_less()

    def reply(self) -> None:
        self._counts.delivered += 1
        self._one_less()

    def _one_less(self) -> None:
        self._missing -= 1
        if self._missing == 0:
            self.send()


class Webhook(Frames):
    """Answers 200 and passes the reply on to its customer."""

    def __init__(self, customers: dict[bytes, Customer]) -> None:
        super().__init__()
        self._customers = customers

    def message(self, message: bytes) -> None:
        self.transport.write(WEBHOOK_ANSWER)
        session = SESSION_ID.search(message)
        assert session is not None
        self._customers[session[1]].reply()


@contextlib.contextmanager
def pinned_server(arguments: list[str], core: int) -> Iterator[tuple[str, psutil.Process]]:
    """The base URL of a server on `core`, and its process."""
    process = subprocess.Popen([sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    os.sched_setaffinity(process.pid, {core})
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["base_url"], psutil.Process(process.pid)
        process.stdin.close()


def started_in(arguments: list[str]) -> float:
    """Seconds from the command to the line that says it is ready: the least of three."""
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        with pinned_server(arguments, min(os.sched_getaffinity(0))):
            taken.append(time.perf_counter() - begun)
    return min(taken)


def post(path: str, body: object) -> bytes:
    payload = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(payload)}\r\n\r\n".encode() + payload


async def call(address: tuple[str, int], request: bytes) -> bytes:
    """One request on a connection of its own; the body of its answer."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = CONTENT_LENGTH.search(head)
    assert length is not None
    body = await reader.readexactly(int(length[1]))
    writer.close()
    return body


@dataclass(frozen=True)
class Rates:
    """Per second, and the share of a core that the server got meanwhile."""

    accepted: float
    delivered: float
    cpu: float


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def measured(process: psutil.Process, customers: list[Customer], counts: Counts, seconds: float) -> Rates:
    """What happens once all is warm."""
    for customer in customers:
        customer.send()
    await asyncio.sleep(WARM_UP_S)
    accepted, delivered = counts.accepted, counts.delivered
    cpu, started = cpu_seconds(process), time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - started
    cpu_share = (cpu_seconds(process) - cpu) / took
    rates = Rates((counts.accepted - accepted) / took, (counts.delivered - delivered) / took, cpu_share)
    if counts.other:
        raise SystemExit(f"the server answered {counts.other[0]!r}")
    return rates


async def connected(address: tuple[str, int], customer: Customer) -> Customer:
    await asyncio.get_running_loop().create_connection(lambda: customer, *address)
    return customer


async def messages(base_url: str, process: psutil.Process, number: int, seconds: float) -> Rates:
    address = _address(base_url)
    by_session: dict[bytes, Customer] = {}
    counts = Counts()
    webhook = await asyncio.get_running_loop().create_server(lambda: Webhook(by_session), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{webhook.sockets[0].getsockname()[1]}/"
    await call(address, post("/v1/webhooks", {"url": url, "event": "message"}))
    for _ in range(number):
        creation = post("/v1/sessions", {"clientId": CLIENT_ID, "source": "sms", "customer": {"firstName": "Darren"}})
        session_id = json.loads(await call(address, creation))["sessionId"]
        request = post(f"/v1/sessions/{session_id}/messages", {"content": "The tap in the kitchen drips."})
        by_session[session_id.encode()] = await connected(address, Customer(request, counts, waits_for_reply=True))
    return await measured(process, list(by_session.values()), counts, seconds)


async def echoes(base_url: str, process: psutil.Process, number: int, seconds: float) -> Rates:
    counts = Counts()
    request = post("/v1/sessions/d6a2593eddd3457d8c31b8c04c8d84ef/messages", {"content": "The tap drips."})
    customers = [
        await connected(_address(base_url), Customer(request, counts, waits_for_reply=False)) for _ in range(number)
    ]
    return await measured(process, customers, counts, seconds)


def _address(base_url: str) -> tuple[str, int]:
    parts = urlsplit(base_url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each round, warm-up aside")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    server_core, own_core = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(0, {own_core})
    sandbox = [
        "-m",
        "harness",
        "sandbox",
        "--port",
        "0",
        "--announce",
        "--lifeline",
        "--quiet",
        "--reply-median",
        "0.005",
    ]
    print(f"start  {started_in(sandbox):.2f} s, of which an interpreter {started_in(['-c', INTERPRETER]):.2f} s")
    print("round  accepted/s delivered/s   cpu  whole core  bare echo/s   cpu  whole core  ratio")
    for number in range(1, options.rounds + 1):
        with pinned_server(sandbox, server_core) as server:
            ours = uvloop.run(messages(*server, options.customers, options.seconds))
        with pinned_server(["-c", ECHO_SERVER], server_core) as server:
            echo = uvloop.run(echoes(*server, options.customers, options.seconds))
        our_core, echo_core = ours.delivered / ours.cpu, echo.accepted / echo.cpu
        print(
            f"{number:>5} {ours.accepted:>11,.0f} {ours.delivered:>11,.0f} {ours.cpu:>5.0%} {our_core:>11,.0f}  "
            f"{echo.accepted:>11,.0f} {echo.cpu:>5.0%} {echo_core:>11,.0f}  {our_core / echo_core:>5.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

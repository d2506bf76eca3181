"""How many webhook calls a second the sink takes on one core, and whether it loses any.

    python benchmarks/sink_throughput.py [--seconds 10] [--connections 64]

The sink is pinned to the first core; a generator of prepared bytes over raw sockets, and a reader of the feed, to the
second. In the same way, and right before, a bare aiohttp handler that only reads the body and answers is measured: the
ceiling of what anything on aiohttp can do on this machine. Lost is every call that was answered 200 and is not in the
journal exactly once; it must be 0. On a machine that does other things as well a process gets less than its core, so
rates are also given per second of processor time that it really used. Exit code 1 where a call was lost, or that rate
is below --at-least.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import uvloop
from aiohttp import web

from harness.errors import SinkDied
from harness.events import Gauged, Replied
from harness.recording.reader import join, read_run
from harness.sink.feed import Feed
from harness.sink.process import SinkProcess
from harness.sink.settings import Settings

SINK_CORE, OTHER_CORE = 0, 1
DRAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Result:
    """`answered` holds the session of each call that got its 200; `cpu_s` is what the server used for them."""

    answered: list[str]
    seconds: float
    cpu_s: float

    @property
    def rate(self) -> float:
        return len(self.answered) / self.seconds

    @property
    def rate_of_core(self) -> float:
        """Calls per second of processor time: the rate of a core that nobody else uses."""
        return len(self.answered) / self.cpu_s

    def __str__(self) -> str:
        return f"{self.rate:8,.0f}/s   {self.rate_of_core:8,.0f} per second of its processor"


class Sender(asyncio.Protocol):
    """One connection of the sender: a call, its answer, the next call, until the time is over."""

    def __init__(self, name: str, url: str, deadline: float, answered: list[str]) -> None:
        parts = urlsplit(url)
        self._head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        self._name, self._deadline, self._answered = name, deadline, answered
        self._sent = 0
        self._session = ""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.Transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        # The answers are small: each comes whole, in one read.
        assert data.startswith(b"HTTP/1.1 200"), data
        self._answered.append(self._session)
        if time.monotonic() < self._deadline:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.done.set_result(None)

    def _send(self) -> None:
        self._session = f"{self._name}-{self._sent}"
        self._sent += 1
        data = {"sessionId": self._session, "userId": "u", "content": "Hi, how can I help?", "participantType": "bot"}
        body = json.dumps({"event": "message", "data": data})
        self._transport.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n{body}".encode())


async def send(url: str, pid: int, connections: int, seconds: float) -> Result:
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    answered: list[str] = []
    began, used = time.monotonic(), cpu_of(pid)
    senders = [Sender(f"c{n}", url, began + seconds, answered) for n in range(connections)]
    for sender in senders:
        await loop.create_connection(partial(_same, sender), str(parts.hostname), int(parts.port or 80))
    for sender in senders:
        await sender.done
    return Result(answered, time.monotonic() - began, cpu_of(pid) - used)


def cpu_of(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _same(sender: Sender) -> Sender:
    return sender


def bare(port: "multiprocessing.Queue[int]") -> None:
    """The yardstick: reads the body, answers the same bytes, does nothing else."""

    async def answer(request: web.BaseRequest) -> web.Response:
        await request.read()
        return web.Response(body=b'{"status": 200}', content_type="application/json")

    async def serve() -> None:
        server = web.Server(answer, access_log=None)
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        port.put(listener.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    os.sched_setaffinity(0, {SINK_CORE})
    uvloop.run(serve())


def measure_bare(connections: int, seconds: float) -> Result:
    context = multiprocessing.get_context("spawn")
    port: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=bare, args=(port,), daemon=True)
    process.start()
    try:
        url = f"http://127.0.0.1:{port.get(timeout=20)}/"
        return uvloop.run(send(url, int(process.pid or 0), connections, seconds))
    finally:
        process.terminate()
        process.join()


@contextmanager
def reading(sink: SinkProcess) -> Iterator[list[int]]:
    """Reads the feed as an inbox would, and counts."""
    heard = [0]

    def read(feed: Feed) -> None:
        try:
            for _ in feed:
                heard[0] += 1
        except SinkDied as error:
            print(f"feed: {error}")

    with Feed(sink.feed) as feed:
        thread = threading.Thread(target=read, args=(feed,))
        thread.start()
        yield heard
    thread.join()


def measure_sink(connections: int, seconds: float, *, feed: bool) -> tuple[Result, int, int]:
    """The result, the calls lost, and the calls that the feed's reader heard of."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(journal=Path(folder) / "parts" / "load-sink.ndjson")
        with SinkProcess.launch(settings) as sink:
            os.sched_setaffinity(sink.pid, {SINK_CORE})
            with reading(sink) if feed else _nobody() as heard:
                result = uvloop.run(send(sink.feed.url, sink.pid, connections, seconds))
                deadline = time.monotonic() + DRAIN_S
                while feed and heard[0] < len(result.answered) and time.monotonic() < deadline:
                    time.sleep(0.05)
        join(Path(folder))
        return result, _account(Path(folder), result), heard[0]


@contextmanager
def _nobody() -> Iterator[list[int]]:
    yield [0]


def _account(folder: Path, result: Result) -> int:
    [part] = read_run(folder)
    journaled = Counter(event.session for event in part.events if isinstance(event, Replied))
    lag = [event.value for event in part.events if isinstance(event, Gauged) and event.name == "lag_ms"]
    median = sorted(lag)[len(lag) // 2]
    print(f"  the sink's own lag, worst of each second: median {median:.1f} ms, highest {max(lag):.1f} ms")
    return sum(journaled[session] != 1 for session in result.answered) + part.torn


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument(
        "--at-least", type=float, default=0.0, help="deliveries per processor second that must be reached"
    )
    options = parser.parse_args()
    os.sched_setaffinity(0, {OTHER_CORE})
    ceiling = measure_bare(options.connections, options.seconds)
    print(f"bare aiohttp handler  {ceiling}")
    failed = False
    for feed in (False, True):
        result, lost, heard = measure_sink(options.connections, options.seconds, feed=feed)
        print(
            f"sink, {'feed read live' if feed else 'nobody listens'}  {result}"
            f"   {result.rate_of_core / ceiling.rate_of_core:.2f} of bare"
            f"   lost {lost} of {len(result.answered):,}   heard {heard:,}"
        )
        failed = (
            failed or lost > 0 or result.rate_of_core < options.at_least or (feed and heard != len(result.answered))
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

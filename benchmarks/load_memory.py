"""How much memory a waiting customer takes: `python benchmarks/load_memory.py`.

Customers send a message to a static server, and wait for a reply that does not come. What 10,000 more of them add to
the process that holds them is divided by their number; with a connection of its own for each, over TLS, by that of
fewer. Locust's own FastHttpUser, who waits for nothing but the end of a sleep, is the yardstick.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

SERVER = """
import asyncio, ssl, sys
import httptools, uvloop
ANSWER = b'HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 14\\r\\n\\r\\n{"status":200}'
class Static(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.parser = transport, httptools.HttpRequestParser(self)
    def data_received(self, data):
        self.parser.feed_data(data)
    def on_message_complete(self):
        self.transport.write(ANSWER)
async def main():
    tls = None
    if len(sys.argv) > 1:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(Static, "127.0.0.1", 0, backlog=4000, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
uvloop.run(main())
"""

# Reads the counts to reach from its arguments, and prints how many bytes it holds at each.
DRIVER = """
from locust import events
import gc, os, psutil, sys, time
import gevent
from locust.env import Environment
waiting = [0]
def report(user_class, host, few, many):
    environment = Environment(user_classes=[user_class], events=events, host=host)
    runner = environment.create_local_runner()
    for count in (few, many):
        # A pause in between: a backlog is no one's memory.
        while waiting[0] < count:
            runner.spawn_users({user_class.__name__: min(100, count - waiting[0])})
            target = min(waiting[0] + 100, count)
            while waiting[0] < target:
                gevent.sleep(0.01)
        gevent.sleep(0.5)
        gc.collect()
        print(psutil.Process().memory_info().rss, flush=True)
    os._exit(0)
"""

OURS = """
import json
from locust import task
from pathlib import Path
from harness.load.customer import Customer, Session
from harness.load.http import connection
from harness.load.plan import LoadPlan
from harness.load.postbox import Postbox
from harness.load.station import Station
from harness.profile import resolve
from harness.recording.writer import JournalWriter, header_now
from harness.sink.feed import Feed
from harness.sink.process import SinkProcess
from harness.sink.settings import Settings
host, few, many, folder, shared = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
profile = resolve({"base_url": host, "client_id": "c", "reply_timeout": 3000}, {"HARNESS_API_KEY": "a-key-of-ours"}, {})
journal = JournalWriter(Path(folder) / "part.ndjson", header_now("run", "load", "customers"), profile.redactor)
sink = SinkProcess.launch(Settings())
postbox = Postbox(Feed(sink.feed))
plan = LoadPlan(connections=100 if shared == "shared" else None)
connection.IDLE_S = 3000  # the memory of an open one is asked for
class Waiter(Customer):
    station = Station(profile, postbox, journal, plan)
    @task
    def speak(self):
        conversation = self.next_conversation()
        session = Session.of(os.urandom(16).hex(), "u")
        postbox.expect(session.id)
        gevent.spawn_later(0.2, self.count)
        self.say(session, conversation.lines[0].content)
    def count(self):
        waiting[0] += 1
report(Waiter, host, few, many)
"""

FAST = """
import gevent
from locust import FastHttpUser, task
import ssl
host, few, many = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
context = ssl.create_default_context()
class Waiter(FastHttpUser):
    host = sys.argv[1]
    insecure = False
    ssl_context_factory = staticmethod(lambda: context)
    @task
    def speak(self):
        self.client.post("/v1/sessions/x/messages", json={"content": "hello"})
        waiting[0] += 1
        gevent.sleep(3000)
report(Waiter, host, few, many)
"""


@contextmanager
def static_server(folder: Path, *, tls: bool) -> Iterator[str]:
    arguments = []
    if tls:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "authority.pem"))
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
        arguments.append(str(folder / "server.pem"))
    argv = [sys.executable, "-c", SERVER, *arguments]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def bytes_each(source: str, few: int, many: int, *, own_tls: bool) -> float:
    """What each customer between the `few`th and the `many`th adds."""
    with tempfile.TemporaryDirectory() as name, static_server(Path(name), tls=own_tls) as host:
        how = "own" if own_tls else "shared"
        environment = {**os.environ, "SSL_CERT_FILE": f"{name}/authority.pem"} if own_tls else None
        argv = [sys.executable, "-c", DRIVER + source, host, str(few), str(many), name, how]
        done = subprocess.run(argv, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"the customers failed:\n{done.stdout}\n{done.stderr}")
    before, after = map(int, done.stdout.split()[-2:])
    return (after - before) / (many - few)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--tls-customers", type=int, default=1_000)
    options = parser.parse_args()
    rows = {
        "harness, shared connections": (OURS, options.customers, False),
        "FastHttpUser": (FAST, options.tls_customers, False),
        "harness, TLS of its own": (OURS, options.tls_customers, True),
        "FastHttpUser, TLS, one context": (FAST, options.tls_customers, True),
    }
    print(f"{'a waiting customer':<32} {'kB':>6}")
    for name, (source, count, own_tls) in rows.items():
        each = bytes_each(source, 1_000, 1_000 + count, own_tls=own_tls)
        print(f"{name:<32} {each / 1000:>6.1f}", flush=True)


if __name__ == "__main__":
    main()

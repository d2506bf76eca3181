"""A single customer, driven by hand in a process of its own: locust patches the standard library where it is loaded."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.events import Acked, Failed, Planned, Sent
from harness.journal import in_time
from harness.load.outcome import CUT_OFF
from harness.profile import environment_of
from harness.recording.reader import read_run
from harness.sink.process import SinkProcess
from tests.load.running import PATIENCE_S, profile_for, sandbox

PREPARED = """
import locust, gevent, os, sys, time
from gevent.pool import Group
from pathlib import Path
from harness.load import customer as module
from harness.load.http import connection
from harness.load.customer import Customer, Session
from harness.load.plan import LoadPlan
from harness.load.postbox import Postbox
from harness.load.station import Station
from harness.profile import resolve
from harness.recording.writer import JournalWriter, header_now
from harness.sink.address import SinkAddress
from harness.sink.feed import Feed

profile = resolve({}, os.environ, {})
journal = JournalWriter(Path(sys.argv[1]), header_now("run-1", "load", "customers"), profile.redactor)
Customer.host = profile.base_url
postbox = Postbox(Feed(SinkAddress.from_environment(os.environ)))
Customer.station = Station(profile, postbox, journal, LoadPlan(think_s=0.0))
environment = locust.env.Environment()
"""


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A loopback port where connections are taken and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def drive(base_url: str, folder: Path, story: str) -> tuple[list[Any], str]:
    """Runs `story` after PREPARED, to its orderly end: the events that its customers wrote, and what it printed."""
    profile = profile_for(base_url)
    part = folder / "parts" / "load-customers.ndjson"
    with SinkProcess.start(profile, folder, "run-1", "load") as sink:
        environment = {**os.environ, **environment_of(profile), **sink.feed.environment()}
        argv = [sys.executable, "-c", f"{PREPARED}{story}Customer.station.close()\n", str(part)]
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return list(in_time(read_run(folder), "load")), done.stdout


def test_a_customer_that_is_killed_with_a_request_in_flight_still_has_its_outcome(tmp_path: Path, silent_port: int):
    story = """
class Sender(Customer):
    @locust.task
    def send(self):
        self.open_session({"firstName": "Jo"})

group = Group()
sender = Sender(environment)
sender.start(group)
while not Customer.station.exchanges:
    gevent.sleep(0.01)
sender.stop(force=True)
group.join()
"""
    events, _ = drive(f"http://127.0.0.1:{silent_port}", tmp_path, story)

    (planned,) = [e for e in events if isinstance(e, Planned)]
    (sent,) = [e for e in events if isinstance(e, Sent)]
    (failed,) = [e for e in events if isinstance(e, Failed)]
    assert planned.request == sent.request == failed.request
    assert failed.reason == CUT_OFF


def test_a_target_that_takes_a_request_and_says_nothing_has_failed_in_time(tmp_path: Path, silent_port: int):
    story = """
connection.EXCHANGE_S = 0.3
sender = Customer(environment)
try:
    sender.open_session({"firstName": "Jo"})
except module.ConversationOver:
    pass
"""
    events, _ = drive(f"http://127.0.0.1:{silent_port}", tmp_path, story)

    assert [e.reason for e in events if isinstance(e, Failed)] == ["no answer in time"]


def test_a_connection_that_lay_idle_for_long_is_not_used_again(tmp_path: Path):
    story = """
connection.IDLE_S = 0.2
sender = Customer(environment)
for pause in (0, 0, 0.4, 0):
    gevent.sleep(pause)
    before = set(Customer.station._dialler._open)
    sender.open_session({"firstName": "Jo"})
    print("the same" if before == set(Customer.station._dialler._open) else "another")
"""
    with sandbox() as target:
        events, said = drive(target.base_url, tmp_path, story)

    assert said.splitlines() == ["another", "the same", "another", "the same"]
    assert len([e for e in events if isinstance(e, Acked)]) == 4

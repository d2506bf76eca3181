"""Three hosts, each with a network, and where possible a clock, of its own: the whole way from the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from harness.processes.child import Child
from tests.load.remote.machines import TOKEN, Machine, hosts_can_be_made
from tests.load.running import CLIENT_ID, KEY, PATIENCE_S

pytestmark = pytest.mark.skipif(not hosts_can_be_made(), reason="network namespaces cannot be made here")

MASTER, PORT = "10.77.31.1", 5550


@pytest.fixture
def hosts() -> Iterator[list[tuple[str, ...]]]:
    """What to put before a command so that it runs on the first, second, third host; all hang on one switch."""
    mine = f"h{os.getpid()}"
    switch = f"{mine}s"
    with ExitStack() as undo:

        def run(*argv: str) -> None:
            subprocess.run(argv, check=True, capture_output=True)

        def make(name: str) -> tuple[str, ...]:
            run("ip", "netns", "add", name)
            undo.callback(subprocess.run, ["ip", "netns", "delete", name], check=False, capture_output=True)
            return "ip", "netns", "exec", name

        on_switch = make(switch)
        run(*on_switch, "ip", "link", "add", "bridge", "type", "bridge")
        run(*on_switch, "ip", "link", "set", "bridge", "up")
        made = []
        for number in range(1, 4):
            host = f"{mine}{number}"
            on_host = make(host)
            run(*on_switch, "ip", "link", "add", f"to{number}", "type", "veth", "peer", "name", "eth0", "netns", host)
            run(*on_switch, "ip", "link", "set", f"to{number}", "master", "bridge", "up")
            run(*on_host, "ip", "address", "add", f"10.77.31.{number}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                run(*on_host, "ip", "link", "set", device, "up")
            made.append(on_host)
        yield made


def test_customers_on_two_hosts_talk_to_a_third_and_every_figure_is_the_truth(hosts, tmp_path: Path):
    master, one, other = hosts
    truth = tmp_path / "truth.ndjson"
    sandbox = ("sandbox", "--announce", "--lifeline", "--quiet", "--host", MASTER, "--port", "0", "--log", str(truth))
    tenants = json.dumps([{"client_id": CLIENT_ID, "api_key": KEY}])
    harness = (*master, sys.executable, "-m", "harness")
    with Child("sandbox", [*harness, *sandbox], environment={"HARNESS_SANDBOX_TENANTS": tenants}) as target:
        base_url = target.announcement()["base_url"]
        load = ("load", "--base-url", base_url, "--client-id", CLIENT_ID, "--master", f"{MASTER}:{PORT}")
        plan = ("--workers", "2", "--customers", "10", "--duration", "5s", "--think", "0.2s")
        argv = [*harness, *load, *plan, "--report", str(tmp_path / "run")]
        with (
            Child("master", argv, environment={"HARNESS_JOIN_TOKEN": TOKEN, "HARNESS_API_KEY": KEY}) as run,
            Machine(f"http://{MASTER}:{PORT}", tmp_path, 1, within=one) as first,
            Machine(f"http://{MASTER}:{PORT}", tmp_path, 2, within=other) as second,
        ):
            codes = [each.wait(PATIENCE_S) for each in (run, first.child, second.child)]
        assert codes == [0, 0, 0], run.last_words
        assert target.stop() == 0

    load = json.loads((tmp_path / "run" / "result.json").read_text())["load"]
    entries = [json.loads(line) for line in truth.read_text().splitlines()]
    sent = [entry for entry in entries if entry["kind"] == "request" and entry["operation"] == "sendMessage"]
    delivered = [entry for entry in entries if entry["kind"] == "attempt" and entry["delivered"]]
    assert load["messages"]["accepted"] == len(sent) == len(delivered) == load["replies"]["answered"] > 20
    clocks = load["validity"]["clocks"]
    assert {clock["process"] for clock in clocks} == {"customers-1", "customers-2"}
    assert all(0 < clock["bound_ms"] < 1000 for clock in clocks)
    assert KEY not in (tmp_path / "run" / "result.json").read_text()

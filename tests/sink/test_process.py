"""The sink as a child: it comes up or says why not, it dies with its parent, and it keeps its tokens to itself."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from harness.errors import SinkDied, UsageError
from harness.profile import resolve
from harness.recording.reader import read_run
from harness.sink.address import SinkAddress
from harness.sink.client import SinkClient
from harness.sink.process import SinkProcess
from harness.sink.settings import Limits, Settings
from tests.sink.wire import call, event, until

KEY, OTHER_KEY = "sk-live-one-1", "sk-live-two-2"


@pytest.fixture
def profile():
    flags = {"base_url": "http://127.0.0.1:1", "client_id": "c1", "other_client_id": "c2"}
    return resolve(flags, {"HARNESS_API_KEY": KEY, "HARNESS_OTHER_API_KEY": OTHER_KEY}, {})


def test_the_sink_of_a_phase_writes_its_part_into_the_runs_folder_without_the_keys(profile, tmp_path):
    with SinkProcess.start(profile, tmp_path, "r1", "conform") as sink:
        assert call(sink.url, event("s1", f"{KEY} {OTHER_KEY}")) == 200

    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["conform-sink.ndjson"]
    [part] = read_run(tmp_path)
    assert (part.header.run, part.header.phase) == ("r1", "conform")
    written = (tmp_path / "parts" / "conform-sink.ndjson").read_text()
    assert KEY not in written
    assert OTHER_KEY not in written


def test_its_arguments_and_its_environment_hold_no_token_and_no_key(profile, tmp_path):
    with SinkProcess.start(profile, tmp_path, "r1", "load") as sink:
        process = psutil.Process(sink.pid)
        shown = " ".join([*process.cmdline(), *process.environ().values(), repr(sink), str(sink.feed)])

        for secret in (sink.feed.control_token.reveal(), KEY, OTHER_KEY):
            assert secret not in shown
        assert sink.url.rpartition("/")[2] not in " ".join([*process.cmdline(), *process.environ().values()])


def test_two_sinks_never_share_a_token(launch, tmp_path):
    one, other = launch(journal=None), launch(journal=None)

    assert one.url.rpartition("/")[2] != other.url.rpartition("/")[2]
    assert one.feed.control_token != other.feed.control_token


def test_a_busy_port_is_a_usage_error_in_one_line(launch):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        with pytest.raises(UsageError, match="Address already in use") as caught:
            launch(listen=("127.0.0.1", busy.getsockname()[1]))
        with pytest.raises(UsageError, match="--control"):
            launch(control=("127.0.0.1", busy.getsockname()[1]))

    assert "\n" not in str(caught.value)


def test_a_journal_that_cannot_be_opened_is_a_usage_error(launch, tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match="cannot write"):
        launch(journal=tmp_path / "file" / "journal.ndjson")


def test_a_sink_that_was_killed_is_told_as_such(sink):
    sink.raise_if_dead()
    sink.child.signal(signal.SIGKILL)
    sink.child.wait(20)

    assert not sink.alive
    with pytest.raises(SinkDied, match="killed by SIGKILL"):
        sink.raise_if_dead()
    with pytest.raises(SinkDied, match="does not answer"):
        sink.status()


def test_a_sink_can_be_ended_over_its_control_listener(sink):
    SinkClient(sink.feed).stop()

    assert sink.child.wait(20) == 0


def test_status_counts_what_came_and_what_was_turned_away(sink):
    call(sink.url)
    call(sink.url + "x")

    status = sink.status()

    assert (status["received"], status["rejected"], status["url"]) == (1, {"token": 1}, sink.local_url)
    assert set(status["lag"]) == {"last_second_ms", "p99_ms", "max_ms"}


def test_the_sink_dies_with_a_parent_that_is_killed(tmp_path):
    code = f"""
    import time
    from pathlib import Path
    from harness.sink.process import SinkProcess
    from harness.sink.settings import Settings
    sink = SinkProcess.launch(Settings(journal=Path({str(tmp_path / "j.ndjson")!r})))
    print(sink.pid, flush=True)
    time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        sink = psutil.Process(int(parent.stdout.readline()))
        parent.kill()

    until(lambda: not sink.is_running() or sink.status() == psutil.STATUS_ZOMBIE)


def test_an_address_goes_through_the_environment_and_shows_no_token(sink):
    address = SinkAddress.from_environment(sink.feed.environment())

    assert address == sink.feed
    assert sink.feed.control_token.reveal() not in repr(address)
    with pytest.raises(UsageError, match="HARNESS_SINK_CONTROL_TOKEN is not set"):
        SinkAddress.from_environment({"HARNESS_SINK_URL": "u", "HARNESS_SINK_CONTROL_URL": "c"})


def test_settings_go_through_their_line():
    settings = Settings(("::1", 5), ("h", 6), Path("/j"), "r", "p", "https://x", (), Limits(body=1))

    assert Settings.from_line(settings.to_line()) == settings


@pytest.mark.parametrize("line", ["", "{}", "[]", "secret-marker", json.dumps({"listen": 5})])
def test_settings_that_are_none_are_refused_without_being_quoted(line):
    with pytest.raises(UsageError, match="one line of JSON") as caught:
        Settings.from_line(line)

    assert "secret-marker" not in str(caught.value)


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="this machine has no IPv6")
def test_it_listens_on_ipv6_as_well(launch):
    sink = launch(listen=("::1", 0), control=("::1", 0))

    assert sink.url.startswith("http://[::1]:")
    assert call(sink.url) == 200
    assert sink.status()["received"] == 1


def test_waiting_for_the_sink_never_imports_locust_or_aiohttp():
    code = "import sys, harness.sink.inbox, harness.sink.process; print({'aiohttp', 'gevent'} & set(sys.modules))"

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))

    assert out.stdout == "set()\n"

"""`harness sink`, as a person runs it."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from harness.cli.sink import line_of
from harness.events import Replied
from tests.sink.wire import call, event


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command and the URL that it printed."""
    argv = [sys.executable, "-u", "-m", "harness", "sink", *options]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            introduction = ""
            while "Ctrl-C" not in introduction:
                line = process.stdout.readline()
                assert line, process.stderr and process.stderr.read()
                introduction += line
            found = re.search(r"^    (http\S+)$", introduction, re.MULTILINE)
            assert found
            assert "/v1/webhooks" in introduction
            process.stdout.readline()
            yield process, found[1]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_a_line_for_each_call_and_sums_up_when_it_is_interrupted(number):
    with running() as (process, url):
        call(url, event("s1", "hi"))
        assert re.fullmatch(r'\d\d:\d\d:\d\d\.\d{3}  s1  u1  bot  ok  "hi"\n', process.stdout.readline())
        call(url, b"nonsense")
        assert "the body is not JSON" in process.stdout.readline()
        call(url + "x")
        process.send_signal(number)
        out, err = process.communicate(timeout=20)

    assert "2 arrivals in" in out
    assert "1 calls refused: token" in out
    assert (process.returncode, err) == (0, "")


def test_it_writes_a_journal_where_it_is_asked_to(tmp_path):
    path = tmp_path / "sink.ndjson"
    with running("--journal", str(path)) as (process, url):
        call(url)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.wait(20)

    assert path.read_text().count('"e":"replied"') == 1


def test_a_busy_port_ends_it_with_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        listen = f"127.0.0.1:{busy.getsockname()[1]}"
        argv = [sys.executable, "-m", "harness", "sink", "--listen", listen]
        ended = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 2
    assert re.fullmatch(rf"harness sink: --listen: the sink cannot listen on {listen} \(.+\); .+\n", ended.stderr)


@pytest.mark.parametrize("listen", ["9000", "127.0.0.1:", "127.0.0.1:99999", ":80"])
def test_an_address_that_is_none_is_a_usage_error(listen):
    argv = [sys.executable, "-m", "harness", "sink", "--listen", listen]
    ended = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 2
    assert "takes HOST:PORT" in ended.stderr


def test_listening_off_loopback_is_warned_about():
    with running("--listen", "0.0.0.0:0") as (process, url):
        assert url.startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)

    assert err.startswith("warning: --listen 0.0.0.0 can be reached from outside")


def test_a_sink_that_dies_ends_it_with_exit_code_3():
    with running() as (process, _):
        [child] = psutil.Process(process.pid).children()
        child.kill()
        _, err = process.communicate(timeout=20)

    assert process.returncode == 3
    assert "webhook sink" in err


def test_what_a_target_sends_cannot_drive_the_terminal():
    body = '{"event": "message", "data": {"content": "\\u001b[2Jboo\\nnext\\ud800' + "x" * 500 + '"}}'
    arrival = Replied(1, 2, "s\x1b[31m", None, "bot", "d", ("un\r\nreal",), body)

    line = line_of(arrival)

    assert line.isprintable()
    assert r"\x1b[2Jboo\nnext\ud800" in line
    assert len(line) < 300

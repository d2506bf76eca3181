"""A journal in mapped memory: it reads like any other, while it is written, when it is closed, and when its writer was
killed."""

import resource
import signal
import subprocess
import sys

import psutil
import pytest

from harness.events import Failed, Sent
from harness.load.tail import Tail
from harness.recording.mapped import STRETCH, MappedWriter
from harness.recording.reader import PARTS, join, read_run
from harness.recording.writer import header_now
from harness.secret import MASK, Redactor, Secret

EVENTS = tuple(Sent(number, f"request-{number}") for number in range(3 * STRETCH // 40))


@pytest.fixture
def part(tmp_path):
    return tmp_path / PARTS / "load-customers.ndjson"


def opened(part, redactor=None):
    return MappedWriter(part, header_now("run", "load", "customers"), redactor)


def test_a_closed_part_holds_every_event_and_nothing_else(part, tmp_path):
    with opened(part) as writer:
        for event in EVENTS:
            writer.write(event)

    assert part.stat().st_size > 3 * STRETCH
    assert b"\0" not in part.read_bytes()
    assert read_run(tmp_path)[0].events == EVENTS


def test_who_reads_while_it_is_written_sees_whole_events_only(part, tmp_path):
    tail, seen = Tail(part), []
    with opened(part) as writer:
        for start in range(0, 300, 7):
            writer.write(*EVENTS[start : start + 7])
            seen += tail.new_events()
            assert len(seen) == start + 7
            assert read_run(tmp_path)[0].events == EVENTS[: start + 7]


def test_lines_longer_than_a_stretch_find_room(part, tmp_path):
    long = Failed(1, "a", "x" * (3 * STRETCH))
    with opened(part) as writer:
        writer.write(Sent(1, "a"), long)
        writer.write(long, Sent(2, "b"))

    assert read_run(tmp_path)[0].events == (Sent(1, "a"), long, long, Sent(2, "b"))


KILLED = """
import os, signal, sys
from pathlib import Path
from harness.events import Sent
from harness.recording.mapped import MappedWriter
from harness.recording.writer import header_now
writer = MappedWriter(Path(sys.argv[1]), header_now("run", "load", "customers"))
for number in range(20_000):
    writer.write(Sent(number, f"request-{number}"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_loses_nothing(part, tmp_path):
    ended = subprocess.run([sys.executable, "-c", KILLED, part], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert part.read_bytes().endswith(b"\0")

    before = read_run(tmp_path)
    journal = join(tmp_path)

    assert [event.at for event in before[0].events] == list(range(20_000))
    assert before[0].torn == 0
    assert read_run(tmp_path) == before
    assert b"\0" not in journal.read_bytes()


def test_where_there_is_no_room_nothing_of_it_is_written(part, tmp_path):
    """And once there is room again, it goes on."""
    writer = opened(part)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (part.stat().st_size, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            writer.write(*EVENTS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    writer.write(Sent(1, "a"))
    writer.close()

    assert read_run(tmp_path)[0].events == (Sent(1, "a"),)


def test_no_descriptor_stays_behind(part):
    process = psutil.Process()
    before = process.num_fds()
    with opened(part) as writer:
        writer.write(*EVENTS)
        writer.write(*EVENTS)

    assert process.num_fds() == before


def test_a_secret_is_masked_here_too(part, tmp_path):
    with opened(part, Redactor(Secret("top-secret-key"))) as writer:
        writer.write(Failed(1, "a", "the key is top-secret-key"))

    assert b"top-secret-key" not in part.read_bytes()
    assert MASK in read_run(tmp_path)[0].events[0].reason

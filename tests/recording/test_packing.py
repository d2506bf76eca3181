"""The journal of a run under way is packed behind its writers, and reads the same at any moment."""

import gzip
import threading
import time

import pytest

from harness.events import Began, Replied
from harness.journal import Header
from harness.recording import packing
from harness.recording.mapped import MappedWriter
from harness.recording.packing import Packing, left_alone, pack, packed_of
from harness.recording.reader import PARTS, join, open_run
from harness.recording.writer import JournalWriter

STRETCH = 64 * 1024
EVENTS = tuple(Replied(at, at, "s", "u", "bot", f"{at:032x}", body="hello " * 20) for at in range(2000))


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch):
    monkeypatch.setattr(packing, "STRETCH", STRETCH)


@pytest.fixture(params=[JournalWriter, MappedWriter])
def part(request, tmp_path):
    """One that is being written, half of its events so far."""
    path = tmp_path / PARTS / "load-sink.ndjson"
    with request.param(path, Header("run", "load", "sink", "host", 1, 2)) as writer:
        writer.write(*EVENTS[:1000])
        yield path, writer


def told(folder):
    return [event for part in open_run(folder) for event in part.events]


def pack_all(path):
    """As much as there is in whole stretches; how many bytes were packed."""
    packed = 0
    while path.stat().st_size - packed > 3 * STRETCH // 2:
        packed = pack(path, packed)
    return packed


def test_what_was_packed_is_read_as_before_while_the_part_is_written_on(part, tmp_path):
    path, writer = part
    before = path.stat().st_blocks

    assert pack_all(path) >= STRETCH
    assert told(tmp_path) == list(EVENTS[:1000])
    assert path.stat().st_blocks < before
    writer.write(*EVENTS[1000:])

    assert told(tmp_path) == list(EVENTS)
    assert len(open_run(tmp_path)) == 1


def test_a_packed_part_is_joined_whole(part, tmp_path):
    path, writer = part
    pack_all(path)
    writer.write(*EVENTS[1000:])
    writer.close()
    with JournalWriter(
        tmp_path / PARTS / "load-harness.ndjson", Header("run", "load", "harness", "host", 1, 2)
    ) as other:
        other.write(Began(1, 1, "load"))

    journal = join(tmp_path)

    assert journal.suffix == ".gz"
    assert gzip.decompress(journal.read_bytes()).count(b'"e":"replied"') == len(EVENTS)
    harness, sink = open_run(tmp_path)
    assert (tuple(harness.events), tuple(sink.events)) == ((Began(1, 1, "load"),), EVENTS)


def test_a_kill_while_a_stretch_is_packed_loses_nothing(part, tmp_path, monkeypatch):
    path, writer = part
    first = pack(path, 0)
    monkeypatch.setattr(packing, "_punch", lambda *_: None)  # killed before the hole is made ...
    pack(path, first)
    packed = packed_of(path)
    assert told(tmp_path) == list(EVENTS[:1000])

    packed.write_bytes(packed.read_bytes()[:-100])  # ... and before all of the stretch was packed

    assert told(tmp_path) == list(EVENTS[:1000])
    writer.write(*EVENTS[1000:])
    writer.close()
    join(tmp_path)
    assert told(tmp_path) == list(EVENTS)


def test_nothing_is_packed_while_somebody_wants_it_left_alone(part, tmp_path):
    path, _ = part
    with left_alone(tmp_path / PARTS):
        assert pack(path, 0) == 0
        assert not packed_of(path).exists()

    assert pack(path, 0) > 0


def test_a_thread_packs_what_was_read_and_no_more(part, tmp_path):
    path, _ = part
    read = 2 * STRETCH + 100
    with Packing() as thread:
        thread.wish({path: read})
        wait_for(lambda: packed_of(path).exists())
    packed = len(gzip.decompress(packed_of(path).read_bytes()))

    assert 0 < packed <= read
    assert told(tmp_path) == list(EVENTS[:1000])


def test_where_there_are_no_holes_the_journal_is_whole_and_nothing_more_is_packed(part, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no holes")

    path, _ = part
    monkeypatch.setattr(packing, "_punch", refuse)
    with Packing() as thread:
        thread.wish({path: path.stat().st_size})
        wait_for(lambda: not thread._thread.is_alive())

    assert told(tmp_path) == list(EVENTS[:1000])


def wait_for(condition):
    deadline = time.monotonic() + 30
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.01)

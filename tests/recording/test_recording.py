"""What is written is there at once, is joined without loss, and holds no secret."""

import gzip

import pytest

from harness.errors import JournalError
from harness.events import Failed, Gauged, Sent
from harness.journal import Header
from harness.recording import reader
from harness.recording.reader import JOURNAL, PARTS, join, read_run
from harness.recording.writer import JournalWriter, header_now
from harness.secret import MASK, Redactor, Secret


def write(folder, role, *events, redactor=None):
    path = folder / PARTS / f"load-{role}.ndjson"
    with JournalWriter(path, Header("run", "load", role, "host", 1, 2), redactor) as writer:
        writer.write(*events)
    return path


def test_an_event_is_in_the_file_as_soon_as_it_is_written(tmp_path):
    with JournalWriter(tmp_path / "part.ndjson", header_now("run", "load", "sink")) as writer:
        writer.write(Sent(1, "a"))

        assert (tmp_path / "part.ndjson").read_text().endswith('{"e":"sent","at":1,"request":"a"}\n')


def test_a_run_reads_the_same_from_its_parts_and_from_the_joined_journal(tmp_path):
    write(tmp_path, "customers", Sent(1, "a"), Failed(2, "a", "odd \ud800"))
    write(tmp_path, "sink", Gauged(3, "sink", "lag_ms", 0.5))
    parts = read_run(tmp_path)

    join(tmp_path)

    assert read_run(tmp_path) == parts
    assert [len(part.events) for part in parts] == [2, 1]
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL]


def test_a_part_whose_last_line_was_torn_does_not_spoil_the_next_one(tmp_path):
    torn = write(tmp_path, "customers", Sent(1, "a"), Sent(2, "b"))
    torn.write_bytes(torn.read_bytes()[:-5])
    write(tmp_path, "sink", Sent(3, "c"))

    join(tmp_path)

    customers, sink = read_run(tmp_path)
    assert (customers.events, customers.torn) == ((Sent(1, "a"),), 1)
    assert (sink.events, sink.torn) == ((Sent(3, "c"),), 0)


def test_a_large_journal_is_compressed(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "LARGE", 10)
    write(tmp_path, "sink", Sent(3, "c"))
    parts = read_run(tmp_path)

    journal = join(tmp_path)

    assert journal.name == f"{JOURNAL}.gz"
    assert gzip.decompress(journal.read_bytes()).startswith(b'{"journal":1')
    assert read_run(tmp_path) == parts


def test_joining_again_changes_nothing(tmp_path):
    write(tmp_path, "sink", Sent(3, "c"))
    first = join(tmp_path).read_bytes()

    assert join(tmp_path).read_bytes() == first


def test_a_secret_in_an_event_is_masked_before_it_is_written(tmp_path):
    secret = Secret('sk-"quoted"-secret')

    path = write(tmp_path, "gate", Failed(1, "a", f"echoed {secret.reveal()}"), redactor=Redactor(secret))

    assert "quoted" not in path.read_text()
    assert MASK in path.read_text()


@pytest.mark.parametrize("content", [b"garbage", gzip.compress(b'{"journal":1}' * 1000)[:40]], ids=["none", "cut"])
def test_a_compressed_journal_that_is_broken_is_told(tmp_path, content):
    (tmp_path / f"{JOURNAL}.gz").write_bytes(content)

    with pytest.raises(JournalError, match="cannot be read"):
        read_run(tmp_path)


def test_what_a_run_meant_to_do_comes_first_in_its_journal(tmp_path):
    for name in ("conform-gate", "load-sink", "run-harness"):
        with JournalWriter(tmp_path / PARTS / f"{name}.ndjson", Header(name, "p", "r", "h", 1, 2)):
            pass

    join(tmp_path)

    assert [part.header.run for part in read_run(tmp_path)] == ["run-harness", "conform-gate", "load-sink"]


def test_a_folder_without_a_journal_is_told(tmp_path):
    with pytest.raises(JournalError, match="no journal"):
        read_run(tmp_path)

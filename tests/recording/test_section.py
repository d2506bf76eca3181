"""Events of a run are read from where they lie, as often as they are asked for, and come to the same in every form."""

import gzip
import shutil

import pytest

from harness.errors import JournalError
from harness.events import Began, Died, Ended, Replied, Sent
from harness.journal import Header
from harness.recording import reader
from harness.recording.mapped import MappedWriter
from harness.recording.reader import JOURNAL, PARTS, join, open_run, read_run
from harness.recording.writer import JournalWriter

HARNESS = (Began(1, 1, "load"), Died(5, "second sink", "signal 9"), Ended(9, 9, "load", "completed"))
CUSTOMERS = tuple(Sent(at, f"request {at}") for at in range(2000))
SINK = (Replied(7, 7, "s", "u", "bot", "d", body="grüße \ud800"),)


@pytest.fixture
def run(tmp_path):
    """The parts of a run."""
    for role, events in (("harness", HARNESS), ("customers", CUSTOMERS), ("sink", SINK)):
        path = tmp_path / PARTS / f"load-{role}.ndjson"
        with JournalWriter(path, Header("run", "load", role, "host", 1, 2)) as writer:
            writer.write(*events)
    return tmp_path


def events_by_role(folder):
    return {part.header.role: tuple(part.events) for part in open_run(folder)}


WHOLE = {"harness": HARNESS, "customers": CUSTOMERS, "sink": SINK}


@pytest.mark.parametrize("large", [0, 1 << 30], ids=["compressed", "plain"])
def test_each_part_of_a_joined_journal_can_be_read_by_itself_again_and_again(run, monkeypatch, large):
    monkeypatch.setattr(reader, "LARGE", large)
    assert events_by_role(run) == WHOLE
    join(run)

    parts = open_run(run)

    for _ in range(2):
        assert {part.header.role: tuple(part.events) for part in reversed(parts)} == WHOLE


def test_a_journal_that_was_compressed_as_one_reads_the_same(run):
    journal = join(run)
    with journal.open("rb") as plain, gzip.open(run / f"{JOURNAL}.gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
    journal.unlink()

    assert events_by_role(run) == WHOLE


def test_a_compressed_journal_that_was_cut_short_cannot_be_read(run, monkeypatch):
    monkeypatch.setattr(reader, "LARGE", 0)
    journal = join(run)
    journal.write_bytes(journal.read_bytes()[:-20])

    with pytest.raises(JournalError, match="cannot be read"):
        open_run(run)


def test_milestones_are_at_hand_without_a_look_at_the_events(run):
    found = {part.header.role: part.milestones for part in open_run(run)}

    assert found == {"harness": HARNESS, "customers": (), "sink": ()}


def test_what_is_written_later_is_not_in_a_part_that_was_opened_before(run):
    path = run / PARTS / "load-late.ndjson"
    with MappedWriter(path, Header("run", "load", "late", "host", 1, 2)) as writer:
        writer.write(Sent(1, "a"))
        parts = {part.header.role: part for part in open_run(run)}
        writer.write(Sent(2, "b"))

        assert [event.at for event in parts["late"].events] == [1]

    assert events_by_role(run)["late"] == (Sent(1, "a"), Sent(2, "b"))


def test_torn_lines_are_counted_in_their_part_and_left_out(run):
    path = run / PARTS / "load-customers.ndjson"
    path.write_bytes(path.read_bytes().replace(b'"at":7,', b'"at":7', 1))

    parts = {part.header.role: part for part in read_run(run)}

    assert (parts["customers"].torn, parts["sink"].torn) == (1, 0)
    assert parts["customers"].events == tuple(event for event in CUSTOMERS if event.at != 7)

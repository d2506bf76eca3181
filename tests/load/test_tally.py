"""Live progress: events in the order of time in, counts that reconcile out."""

import time
from pathlib import Path

from harness.events import Acked, Failed, Limited, Planned, Refused, Replied, Sent
from harness.load.tail import Tail, Timeline
from harness.load.tally import Tally
from harness.recording.writer import JournalWriter, header_now

MS = 1_000_000


def message(at: int, request: str, session: str, customer: str = "c1") -> list:
    return [Planned(at, request, "sendMessage", customer, session), Sent(at, request)]


def reply(at: int, session: str, *problems: str) -> Replied:
    return Replied(at, at, session, "u", "bot", "d", problems)


def tally_of(*events, reply_timeout_s: float = 1.0) -> Tally:
    tally = Tally(reply_timeout_s)
    for event in events:
        tally.enter(event)
    return tally


def test_messages_are_counted_by_outcome_and_sessions_are_not_messages():
    events = [Planned(0, "r0", "createSession", "c1"), Sent(0, "r0"), Acked(1, "r0", 200, "s1", "u")]
    outcomes = [Acked(2, "r1", 200), Limited(2, "r2"), Refused(2, "r3", 404), Failed(2, "r4", "HTTP 500", 500)]
    for number, outcome in enumerate(outcomes, start=1):
        events += [*message(1, f"r{number}", f"s{number}", customer=f"c{number}"), outcome]

    told = tally_of(*events).progress(0, 3 * MS)

    assert (told.sent, told.accepted, told.limited, told.failed) == (4, 1, 1, 2)
    assert (told.customers, told.answered, told.waiting) == (4, 0, 1)


def test_a_reply_is_measured_from_the_send_of_its_message():
    told = tally_of(*message(0, "r1", "s1"), Acked(2 * MS, "r1", 200), reply(40 * MS, "s1")).progress(0, 50 * MS)

    assert (told.answered, told.waiting, told.p50_ms) == (1, 0, 40.0)


def test_a_reply_that_overtakes_its_200_counts():
    told = tally_of(*message(0, "r1", "s1"), reply(1 * MS, "s1"), Acked(2 * MS, "r1", 200)).progress(0, 3 * MS)

    assert (told.answered, told.waiting, told.p50_ms) == (1, 0, 1.0)


def test_a_malformed_or_foreign_reply_answers_nothing():
    told = tally_of(
        *message(0, "r1", "s1"), Acked(1, "r1", 200), reply(2, "s1", "no content"), reply(3, "elsewhere")
    ).progress(0, 4)

    assert (told.answered, told.waiting) == (0, 1)


def test_nobody_waits_for_a_reply_beyond_its_timeout():
    tally = tally_of(*message(0, "r1", "s1"), Acked(1, "r1", 200), reply_timeout_s=1.0)

    assert tally.waiting(now=999 * MS) == 1
    assert tally.waiting(now=1001 * MS) == 0


def test_a_tail_gives_each_line_once_and_a_line_that_is_being_written_when_it_is_whole(tmp_path: Path):
    path = tmp_path / "part.ndjson"
    tail = Tail(path)
    assert list(tail.new_events()) == []

    with JournalWriter(path, header_now("r", "load", "customers")) as journal:
        journal.write(Sent(1, "a"))
        with path.open("a") as file:
            file.write('{"e":"sent","at":2,')
        assert list(tail.new_events()) == [Sent(1, "a")]
        with path.open("a") as file:
            file.write('"request":"b"}\n')

    assert list(tail.new_events()) == [Sent(2, "b")]
    assert list(tail.new_events()) == []


def test_a_timeline_merges_parts_in_the_order_of_time_and_holds_back_what_is_later(tmp_path: Path):
    paths = [tmp_path / "a.ndjson", tmp_path / "b.ndjson"]
    timeline = Timeline(*paths)
    for path, moments in zip(paths, [(1, 4, 9), (2, 3, 8)], strict=True):
        with JournalWriter(path, header_now("r", "load", path.stem)) as journal:
            journal.write(*(Sent(at, str(at)) for at in moments))

    assert [event.at for event in timeline.until(4)] == [1, 2, 3, 4]
    assert [event.at for event in timeline.until(time.monotonic_ns())] == [8, 9]


def test_a_line_that_a_full_disk_tore_does_not_end_the_watching(tmp_path: Path):
    path = tmp_path / "part.ndjson"
    with JournalWriter(path, header_now("r", "load", "customers")) as writer:
        writer.write(Sent(1, "r1"))
        with path.open("a", encoding="ascii") as torn:
            torn.write('{"e":"sent","at":2,"req\n')
        writer.write(Sent(3, "r3"))

    assert [event.at for event in Tail(path).new_events()] == [1, 3]

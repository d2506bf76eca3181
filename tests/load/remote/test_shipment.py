"""A journal on its way: nothing of it is lost, doubled or torn, and its moments are those of the master's clock."""

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.clocks import ENOUGH, Comparison
from harness.events import Acked, Gauged, Planned, Sent
from harness.journal import Header, encode, encode_header, read
from harness.load.remote import shipment as module
from harness.load.remote.shipment import Shipment

OFFSET = -7_000_000_000_000
HEADER = Header("run-1", "load", "customers-1", "elsewhere", 9_000_000_000_000, 1_700_000_000_000_000_000)
EVENTS = (
    Planned(9_000_000_000_001, "w1.1", "sendMessage", "c1", 'a "session" with "at":5'),
    Sent(9_000_000_000_002, "w1.1", 4),
    Acked(9_000_000_000_003, "w1.1", 200),
)


def comparison() -> Comparison:
    made = Comparison()
    for number in range(ENOUGH):
        asked = 9_000_000_000_000 + number * 1000
        made.enter(asked, asked + OFFSET + 5, asked + 10)
    return made


def delivered(shipment: Shipment) -> bytes:
    whole = b""
    while True:
        shipment.fetch()
        piece = shipment.waiting
        if not piece:
            return whole
        whole += piece
        shipment.arrived(len(whole))


def test_every_event_arrives_in_the_other_clock_and_otherwise_unchanged(tmp_path: Path):
    part = tmp_path / "part.ndjson"
    part.write_text("\n".join([encode_header(HEADER), *map(encode, EVENTS)]) + "\n")

    (found,) = read(delivered(Shipment(part, comparison())).decode().splitlines())

    assert found.header.monotonic_ns == HEADER.monotonic_ns + OFFSET
    assert [event.at for event in found.events] == [event.at + OFFSET for event in EVENTS]
    assert found.events[0].session == 'a "session" with "at":5'
    assert found.events[1].queued == 4


def test_a_line_that_is_still_being_written_waits(tmp_path: Path):
    part = tmp_path / "part.ndjson"
    shipment = Shipment(part, comparison())
    whole, torn = encode(EVENTS[0]), encode(EVENTS[1])

    assert delivered(shipment) == b""
    part.write_text(f"{whole}\n{torn[:20]}")
    first = delivered(shipment)
    part.write_text(f"{whole}\n{torn}\n")

    assert (first.count(b"\n"), first.endswith(b"\n")) == (1, True)
    shipment.fetch()
    assert shipment.waiting.count(b"\n") == 1


def test_lines_of_the_machine_itself_go_with_the_others_once_the_header_is_there(tmp_path: Path):
    part = tmp_path / "part.ndjson"
    shipment = Shipment(part, comparison())
    gauge = Gauged(9_000_000_000_009, "customers-1", "cpu_percent", 12.5)

    shipment.add(f"{encode(gauge)}\n".encode())
    part.write_text(f"{encode_header(HEADER)}\n")
    shipment.fetch()
    shipment.add(f"{encode(gauge)}\n".encode())

    (found,) = read(delivered(shipment).decode().splitlines())
    assert found.events == (replace(gauge, at=2_000_000_000_009),)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lost=st.lists(st.booleans(), max_size=40), load=st.integers(50, 500))
def test_answers_that_are_lost_double_nothing(tmp_path: Path, monkeypatch, lost: list[bool], load: int):
    monkeypatch.setattr(module, "LOAD", load)
    part = tmp_path / "part.ndjson"
    part.write_text("".join(f"{encode(Sent(9_000_000_000_000 + n, f'w1.{n}'))}\n" for n in range(60)))
    shipment, written = Shipment(part, comparison()), b""

    for answer_is_lost in [*lost, *[False] * 200]:
        shipment.fetch()
        if shipment.delivered == len(written):  # what the master does with a piece: only the next one is written
            written += shipment.waiting
        if not answer_is_lost:
            shipment.arrived(len(written))

    assert [int(line.split(b"w1.")[1].split(b'"')[0]) for line in written.splitlines()] == list(range(60))

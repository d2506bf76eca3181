"""The codec loses nothing, and says clearly when a file is not its own."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import JournalError
from harness.events import Gauged, Planned, Sent
from harness.journal import Header, Part, _encode, decode, encode, encode_header, in_time, read
from tests.strategies import ANY_EVENT

HEADER = Header("run", "load", "sink", "host", 1, 2)
SECOND = 1_000_000_000


@given(ANY_EVENT)
def test_every_event_survives_the_journal(event):
    line = encode(event)

    assert "\n" not in line
    assert line.isascii()
    assert decode(line) == event


@given(ANY_EVENT)
def test_the_quick_way_writes_what_the_other_writes(event):
    assert encode(event) == _encode(event)


@given(st.lists(ANY_EVENT, max_size=5), st.lists(ANY_EVENT, max_size=5))
def test_parts_joined_one_after_the_other_are_told_apart_by_their_headers(first, second):
    other = Header("run", "load", "customers", "host", 3, 4)
    lines = [encode_header(HEADER), *map(encode, first), "", encode_header(other), *map(encode, second)]

    assert read(lines) == [Part(HEADER, tuple(first)), Part(other, tuple(second))]


@given(st.lists(ANY_EVENT, min_size=1, max_size=5), st.data())
def test_a_line_torn_by_a_kill_costs_that_line_only(events, data):
    lines = [encode(event) for event in events]
    torn = lines[-1][: data.draw(st.integers(1, len(lines[-1]) - 1))]

    (part,) = read([encode_header(HEADER), *lines[:-1], torn])

    assert part == Part(HEADER, tuple(events[:-1]), torn=1)


def test_events_of_several_parts_are_merged_by_time_and_kept_to_their_phase():
    sink = Part(HEADER, (Gauged(2, "sink", "lag_ms", 1.0), Gauged(4, "sink", "lag_ms", 1.0)))
    customers = Part(HEADER, (Sent(1, "a"), Sent(3, "b")))
    gate = Part(Header("run", "conform", "sink", "host", 1, 2), (Sent(2, "g"),))

    assert [event.at for event in in_time([sink, customers, gate], "load")] == [1, 2, 3, 4]


def test_events_that_are_read_as_they_go_are_in_order_again_though_written_a_little_later():
    written = [Sent(SECOND, "a"), Sent(6 * SECOND, "c"), Sent(4 * SECOND, "b"), Sent(20 * SECOND, "d")]

    assert list(in_time([Part(HEADER, written)], "load")) == sorted(written, key=lambda event: event.at)


def test_a_plan_that_is_long_past_when_it_is_written_comes_before_its_send():
    written = [Sent(90 * SECOND, "a"), Planned(10 * SECOND, "b", "sendMessage", "c"), Sent(91 * SECOND, "b")]
    told = [event for event in in_time([Part(HEADER, written)], "load") if event.request == "b"]

    assert told == written[1:]


def test_of_events_that_are_read_as_they_go_few_are_held():
    read = 0

    def events():
        nonlocal read
        for at in range(1000):
            read += 1
            yield Sent(at * SECOND, str(at))

    first = next(in_time([Part(HEADER, events())], "load"))

    assert first == Sent(0, "0")
    assert read < 10


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["[]"],
        [encode(Sent(1, "a"))],
        [encode_header(HEADER), '{"e":"unheard-of"}'],
        [encode_header(HEADER), '{"e":"sent"}'],
        [encode_header(HEADER).replace('"journal":1', '"journal":99')],
        [json.dumps({"journal": 1})],
    ],
)
def test_what_is_no_journal_of_ours_is_refused(lines):
    with pytest.raises(JournalError, match="journal"):
        read(lines)

"""The history holds the newest arrivals, within both of its bounds, under numbers that never change."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from harness.events import Replied
from harness.sink.history import RECORD_BYTES, History


def arrival(number: int, size: int = 0) -> Replied:
    return Replied(number, 0, None, None, None, "", body="x" * size)


@given(
    capacity=st.integers(1, 8),
    room=st.integers(RECORD_BYTES, 5 * RECORD_BYTES),
    batches=st.lists(st.lists(st.integers(0, 2 * RECORD_BYTES), max_size=6), max_size=12),
)
def test_it_holds_the_newest_within_its_bounds(capacity, room, batches):
    history = History(capacity, room)
    sent = 0
    for sizes in batches:
        history.extend([arrival(sent + n, size) for n, size in enumerate(sizes)])
        sent += len(sizes)

        held = history.since(history.first, 1000)

        assert history.next == sent
        assert [one.at for one in held] == list(range(history.first, sent))
        assert len(held) <= capacity
        assert sum(RECORD_BYTES + len(one.body) for one in held) <= room


def test_a_slice_ends_where_it_is_told_to():
    history = History(10, 10**6)
    history.extend([arrival(n) for n in range(7)])

    assert [one.at for one in history.since(3, 2)] == [3, 4]
    assert history.since(7, 5) == []


def test_readers_are_woken_by_news_and_by_the_end_until_they_leave():
    async def scenario() -> None:
        history = History(10, 10**6)
        reader, gone = history.attach(), history.attach()
        history.detach(gone)
        history.extend([arrival(0)])
        assert (reader.is_set(), gone.is_set()) == (True, False)

        reader.clear()
        history.close()
        assert (reader.is_set(), history.closed) == (True, True)

    asyncio.run(scenario())

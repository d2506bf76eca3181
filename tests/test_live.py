"""The live picture of a run: little room however long it takes, merged without loss."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from harness.live import OLDER, RECENT, Live

SECOND = 1_000_000_000
# (second of the send, latency in ms)
MESSAGES = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 20_000)), max_size=60)


def entered(messages: list[tuple[int, int]], live: Live | None = None) -> Live:
    live = live or Live(5.0)
    for second, latency_ms in messages:
        live.messages["sent"] += 1
        cell = live.cell(second * SECOND)
        cell.counts["sent"] += 1
        cell.counts["accepted"] += 1
        cell.counts["answered"] += 1
        cell.replies.record(latency_ms * 1_000_000)
        live.reply.record(latency_ms * 1_000_000)
    return live


def steady(seconds: int, per_second: int = 1) -> list[tuple[int, int]]:
    return [(second, 100) for second in range(seconds) for _ in range(per_second)]


def told(live: Live, since: int = 0) -> dict:
    """As a page gets it."""
    data: dict = json.loads(json.dumps(live.snapshot(10_000 * SECOND, since)))
    return data


def test_a_long_run_takes_bounded_room_and_loses_no_count():
    live = entered(steady(86_400))
    rows = told(live)["rows"]

    assert len(rows) <= 2 * RECENT + OLDER + 1
    assert sum(row["sent"] for row in rows) == sum(row["answered"] for row in rows) == 86_400
    assert all(row["width"] == 1 for row in rows[-RECENT:])


def test_steps_and_seconds_lie_side_by_side():
    rows = told(entered(steady(5_000)))["rows"]

    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert all(a["at"] + a["width"] <= b["at"] for a, b in pairwise(rows))
    assert rows[0]["width"] > 1


@given(MESSAGES, MESSAGES)
def test_merged_it_is_as_if_all_had_been_seen_in_one(some, others):
    merged, whole = entered(some), entered(some + others)
    merged.merge(entered(others))

    assert merged.messages == whole.messages
    assert merged.reply.to_json() == whole.reply.to_json()
    mine, theirs = told(merged), told(whole)
    assert mine["rows"] == theirs["rows"]
    assert mine["replies"] == theirs["replies"]


def test_two_long_runs_of_different_steps_merge_without_losing_a_count():
    long, short = entered(steady(20_000)), entered(steady(1_000, per_second=2))
    long.merge(short)

    assert sum(row["sent"] for row in told(long)["rows"]) == long.messages["sent"] == 22_000
    assert len(told(long)["rows"]) <= 2 * RECENT + OLDER + 1


@given(MESSAGES)
def test_it_comes_back_from_json_as_it_was(messages):
    live = entered(messages)

    again = Live.from_json(json.loads(json.dumps(live.to_json())))

    assert again.to_json() == live.to_json()
    assert told(again)["rows"] == told(live)["rows"]


def test_a_page_is_told_what_changed_since_it_asked_last():
    live = entered([(1, 10), (2, 10)])
    first = told(live)
    entered([(2, 10), (3, 10)], live)
    second = told(live, first["revision"])

    assert (first["reset"], second["reset"]) == (True, False)
    assert [row["at"] for row in second["rows"]] == [2, 3]
    assert told(live, second["revision"])["rows"] == []


def test_what_a_worker_saw_since_reaches_a_page_as_the_seconds_that_it_changed():
    live = entered([(1, 10), (2, 10)])
    known = told(live)["revision"]
    live.merge(entered([(2, 10), (3, 10)]))

    news = told(live, known)
    assert (news["reset"], [(row["at"], row["sent"]) for row in news["rows"]]) == (False, [(2, 2), (3, 1)])


def test_a_page_begins_anew_where_seconds_have_become_steps():
    live = entered(steady(2 * RECENT))
    known = told(live)["revision"]
    entered([(2 * RECENT, 100)], live)

    news = told(live, known)
    assert news["reset"]
    assert sum(row["sent"] for row in news["rows"]) == 2 * RECENT + 1


def test_a_second_long_past_is_still_counted_where_it_belongs():
    live = entered([*steady(1_000), (10, 100)])

    rows = told(live)["rows"]
    assert sum(row["sent"] for row in rows) == 1_001
    assert next(row for row in rows if row["at"] <= 10 < row["at"] + row["width"])["sent"] > rows[-1]["sent"]

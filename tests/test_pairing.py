"""Whatever the interleaving, every message and every arrival ends in exactly one class."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from harness.events import Acked, Event, Limited, Planned, Refused, Replied, Sent
from harness.pairing import ARRIVAL_CLASSES, MESSAGE_CLASSES, pair
from tests.strategies import histories

MS = 1_000_000
SECOND = 1_000 * MS


def opened(session: str = "s", user: str = "u") -> list[Event]:
    return [Acked(0, f"open-{session}", 200, session, user)]


def message(request: str, sent: int, session: str = "s") -> list[Event]:
    return [Planned(sent, request, "sendMessage", "c", session), Sent(sent, request), Acked(sent + 1, request, 200)]


def reply(at: int, digest: str = "d", session: str | None = "s", user: str = "u", problems=()) -> Replied:
    return Replied(at, 0, session, user, "bot", digest, problems)


def classes(events: list[Event], timeout_s: float = 1.0, end: int = 100 * SECOND):
    paired = pair(sorted(events, key=lambda event: event.at), timeout_s, end)
    return [message.ended for message in paired.messages], [arrival.ended for arrival in paired.arrivals]


@given(histories(), st.floats(1e-9, 2e-7), st.integers(0, 300))
def test_every_message_and_every_arrival_ends_in_exactly_one_class_and_the_totals_reconcile(history, timeout, end):
    pairing = pair(history, timeout, end)

    sent = {event.request for event in history if isinstance(event, Sent)}
    accepted = {event.request for event in history if isinstance(event, Acked)} & sent
    assert Counter(paired.message.request for paired in pairing.messages) == Counter(accepted)
    arrived = [event for event in history if isinstance(event, Replied)]
    assert [arrival.reply for arrival in pairing.arrivals] == arrived

    ended = Counter(paired.ended for paired in pairing.messages)
    arrivals = Counter(arrival.ended for arrival in pairing.arrivals)
    assert set(ended) <= set(MESSAGE_CLASSES)
    assert set(arrivals) <= set(ARRIVAL_CLASSES)
    assert arrivals["first"] == ended["answered"] + ended["late"] + ended["ambiguous"]


@given(histories())
def test_no_reply_answers_a_message_of_the_future_nor_one_of_another_session(history):
    for paired in pair(history, 1e-7, 300).messages:
        if paired.replied is not None:
            assert paired.sent_interval is not None
            assert paired.message.sent <= paired.sent_interval[1] <= paired.replied
            assert paired.sent_interval[0] <= paired.message.sent


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), max_size=10), st.integers(1, 60))
def test_with_one_message_in_flight_pairing_is_exact(delays, timeout_ms):
    now, events, truth = 0, opened(), []
    for number, (think, delay) in enumerate(delays):
        sent = now + think * MS
        events += message(f"m{number}", sent)
        events.append(reply(sent + delay * MS, digest=str(number)))
        truth.append((f"m{number}", sent + delay * MS, "late" if delay > timeout_ms else "answered"))
        now = sent + delay * MS + 2

    paired = pair(sorted(events, key=lambda event: event.at), timeout_ms / 1000, now).messages

    assert [(p.message.request, p.replied, p.ended) for p in paired] == truth


@given(st.integers(2, 6), st.permutations(range(6)))
def test_the_true_latency_of_an_ambiguous_reply_lies_in_its_interval(count, order):
    sent = [10 * n for n in range(count)]
    answers = {m: 1000 + 10 * place for place, m in enumerate(n for n in order if n < count)}
    events = [*opened(), *(e for n in range(count) for e in message(f"m{n}", sent[n]))]
    events += [reply(at, digest=str(m)) for m, at in answers.items()]

    paired = pair(sorted(events, key=lambda event: event.at), 10, 2000).messages

    assert {p.ended for p in paired} == {"ambiguous"}
    by_arrival = {p.replied: p.sent_interval for p in paired}
    for m, at in answers.items():
        interval = by_arrival[at]
        assert interval is not None
        assert interval[0] <= sent[m] <= interval[1]


def test_a_reply_that_overtakes_the_200_answers_the_message():
    assert classes([*opened(), *message("m", 10), reply(10)]) == (["answered"], ["first"])


def test_a_reply_after_the_timeout_is_late():
    assert classes([*opened(), *message("m", 10), reply(10 + SECOND + 1)]) == (["late"], ["first"])


def test_a_message_without_a_reply_is_lost_once_its_timeout_is_over():
    assert classes([*opened(), *message("m", 10)], end=10 + SECOND) == (["lost"], [])


def test_a_message_whose_run_ended_before_its_timeout_is_unsettled():
    assert classes([*opened(), *message("m", 10)], end=10 + SECOND - 1) == (["unsettled"], [])


def test_a_second_part_of_an_answer_is_further():
    events = [*opened(), *message("m", 10), reply(20, "one"), reply(30, "two")]

    assert classes(events) == (["answered"], ["first", "further"])


def test_the_same_bytes_again_are_a_duplicate_while_nothing_waits():
    events = [*opened(), *message("m", 10), reply(20), reply(30)]

    assert classes(events) == (["answered"], ["first", "duplicate"])


def test_the_same_text_is_a_legal_answer_to_a_second_message():
    events = [*opened(), *message("m", 10), reply(20), *message("n", 30), reply(40)]

    assert classes(events) == (["answered", "answered"], ["first", "first"])


def test_a_reply_where_nothing_was_ever_answered_is_unsolicited():
    assert classes([*opened(), reply(20)]) == ([], ["unsolicited"])


def test_a_refused_or_limited_message_waits_for_nothing():
    events = [*opened(), *message("m", 10)[:2], Refused(11, "m", 404), *message("n", 20)[:2], Limited(21, "n", 1.0)]

    assert classes([*events, reply(30)]) == ([], ["unsolicited"])


def test_a_reply_for_another_user_or_an_unknown_session_is_misrouted():
    events = [*opened(), *message("m", 10), reply(20, user="v"), reply(30, session="t"), reply(40, session=None)]

    assert classes(events) == (["lost"], ["misrouted"] * 3)


def test_a_malformed_reply_answers_nothing():
    assert classes([*opened(), *message("m", 10), reply(20, problems=("no",))]) == (["lost"], ["malformed"])


def test_a_message_sent_after_an_ambiguous_stretch_is_paired_exactly_again():
    events = [*opened(), *message("a", 10), *message("b", 20), reply(30, "1"), reply(40, "2")]

    assert classes([*events, *message("c", 50), reply(60, "3")])[0] == ["ambiguous", "ambiguous", "answered"]

"""Both sides of Little's law are found apart, and part where the measurement or the target is not sound."""

from random import Random

import pytest

from harness.events import Acked, Ended, Event, Planned, Replied, Sent
from harness.little import compare, mean_in_flight
from harness.measurement import measure

SECOND = 1_000_000_000


def run(replies_s: list[float], every_s: float = 0.01) -> list[Event]:
    """Message n is sent at n times `every_s`, in a session of its own, and answered after replies_s[n]."""
    events: list[Event] = []
    for number, reply_s in enumerate(replies_s):
        name, at = f"m{number}", round(number * every_s * SECOND)
        events += [Acked(0, f"o{name}", 200, name, "u"), Planned(at, name, "sendMessage", "c", name), Sent(at, name)]
        events += [Acked(at + 1, name, 200), Replied(at + round(reply_s * SECOND), 0, name, "u", "bot", name)]
    return sorted(events, key=lambda event: event.at)


def little(events: list[Event], begin_s: int, end_s: int):
    last = Ended(events[-1].at + 1, 0, "load", "completed")
    stretch = measure([*events, last], 60.0, {"reply"}).seconds.stretch(range(begin_s, end_s))
    reply = stretch.latencies["reply"]
    in_flight = mean_in_flight(events, begin_s * SECOND, end_s * SECOND)
    compared = compare(in_flight, reply.count, reply.mean, stretch.duration_s)
    assert compared is not None
    return compared


def test_a_message_is_in_flight_from_its_send_to_its_reply() -> None:
    events = run([0.5, 0.5, 0.5, 0.5], every_s=1.0)

    assert mean_in_flight(events, 0, 4 * SECOND) == pytest.approx(0.5)
    assert mean_in_flight(events, SECOND // 4, SECOND) == pytest.approx(1 / 3)
    assert mean_in_flight(events, SECOND // 2, SECOND) == 0


@pytest.mark.parametrize("seed", range(20))
def test_the_law_holds_of_a_target_that_keeps_up(seed: int) -> None:
    dice = Random(seed)
    found = little(run([dice.lognormvariate(-1.4, 0.5) for _ in range(2000)]), 4, 19)

    assert found.holds
    assert found.throughput_per_s == pytest.approx(100)
    assert found.in_flight == pytest.approx(28, rel=0.1)


def test_a_queue_that_grows_breaks_it() -> None:
    found = little(run([0.1 + number * 0.004 for number in range(2000)]), 4, 19)

    assert not found.holds
    assert found.expected > found.in_flight


def test_a_mean_that_is_off_by_a_tenth_breaks_it() -> None:
    dice = Random(1)
    events = run([dice.lognormvariate(-1.4, 0.5) for _ in range(2000)])
    found = little(events, 4, 19)

    assert not compare(found.in_flight, 1500, found.mean_ms * 1.1, 15.0).holds


def test_messages_without_a_reply_and_arrivals_without_a_message_change_nothing() -> None:
    events = run([0.5] * 400)
    lost = [event for event in events if not (isinstance(event, Replied) and event.session in ("m7", "m8"))]
    odd = [Replied(2 * SECOND, 0, "nobody", "u", "bot", "x"), Replied(3 * SECOND, 0, "m9", "u", "bot", "x")]
    more = sorted([*lost, *odd], key=lambda event: event.at)

    without = mean_in_flight(run([0.5] * 400), 0, 5 * SECOND) * 5 - 2 * 0.5
    assert mean_in_flight(more, 0, 5 * SECOND) * 5 == pytest.approx(without)


def test_nothing_in_flight_is_nothing_to_compare() -> None:
    assert compare(0.0, 0, 0.0, 15.0) is None

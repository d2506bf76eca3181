"""What a limiter was to a run's customers, from the events alone: episodes, fairness, and what is told apart."""

from collections.abc import Iterator
from random import Random

import pytest

from harness.errors import UsageError
from harness.events import Acked, Began, Ended, Event, Failed, Limited, Planned, Refused, Replied, Sent
from harness.figures import check, judge
from harness.measurement import Measurements, measure
from harness.objective import parse_objective
from harness.throttling import ENOUGH

MS, SECOND = 1_000_000, 1_000_000_000
BEGAN = Began(0, 0, "load", {})


class Story:
    """Requests of customers, each answered 10 ms after its send."""

    def __init__(self) -> None:
        self.events: list[Event] = [BEGAN]
        self._count = 0

    def ask(self, at_ms: int, customer: str, answer: str, held_ms: int = 0, late_ms: int = 0) -> None:
        self._count += 1
        name, sent, at = f"r{self._count}", at_ms * MS, (at_ms + 10) * MS
        self.events.append(Planned(sent - held_ms * MS - late_ms * MS, name, "sendMessage", customer, f"s-{customer}"))
        self.events.append(Sent(sent, name, held=held_ms * MS))
        outcomes = {
            "let in": Acked(at, name, 200),
            "404": Refused(at, name, 404),
            "limited": Limited(at, name, 1.0),
            "untold": Limited(at, name),
            "failed": Failed(at, name, "HTTP 500", 500),
        }
        self.events.append(outcomes[answer])

    def measured(self) -> Measurements:
        return measure(sorted(self.events, key=lambda event: event.at), 1.0)


def test_an_episode_goes_from_the_first_429_to_the_answer_of_what_was_let_in_after_it():
    story = Story()
    for at_ms, answer in ((0, "limited"), (100, "limited"), (300, "failed"), (400, "let in"), (500, "let in")):
        story.ask(at_ms, "jo", answer)
    story.ask(50, "al", "limited")
    story.ask(250, "al", "404")
    story.ask(350, "al", "untold")

    measured = story.measured()

    recovery = measured.latencies["recovery"]
    assert recovery is not None
    assert (recovery.count, recovery.min, recovery.max) == (2, 200.0, 400.0)
    throttling = measured.throttling
    assert (throttling.episodes, throttling.unrecovered, throttling.untold) == (3, 1, 1)
    assert (throttling.asked, throttling.limited) == ({"sendMessage": 7}, {"sendMessage": 4})


def test_what_was_under_way_before_the_429_is_no_recovery():
    events = [
        *(Planned(0, "slow", "sendMessage", "jo", "s"), Planned(1, "quick", "sendMessage", "jo", "s")),
        *(Sent(0, "slow"), Sent(1, "quick")),
        *(Limited(2, "quick"), Acked(3, "slow", 200)),
    ]

    assert measure([BEGAN, *events], 1.0).throttling.unrecovered == 1


def test_a_request_that_is_sent_again_is_told_from_one_that_is_new_and_was_held_by_no_fault_of_the_harness():
    story = Story()
    story.ask(0, "jo", "limited")
    story.ask(1500, "jo", "limited", held_ms=1500)
    story.ask(3000, "jo", "let in", held_ms=2999, late_ms=1)

    measured = story.measured()

    assert (measured.throttling.again, measured.throttling.again_limited) == (2, 1)
    lateness, from_plan = measured.latencies["lateness"], measured.latencies["response_from_plan"]
    assert lateness is not None
    assert from_plan is not None
    assert (lateness.max, from_plan.max) == (1.0, 3010.0)


def test_who_asked_often_and_was_never_let_in_is_starved():
    story = Story()
    for number in range(ENOUGH):
        story.ask(100 * number, "hungry", "limited")
        story.ask(100 * number, "fed", "let in")
    for number in range(ENOUGH - 1):
        story.ask(100 * number, "seldom", "limited")

    measured = story.measured()
    fairness = measured.throttling.fairness

    assert (fairness.customers, fairness.starved, fairness.least) == (3, 1, 0.0)
    assert fairness.index == round(1 / 3, 4)
    assert judge(parse_objective("starved<=0"), measured)["verdict"] == "fail"
    assert judge(parse_objective("starved<50%"), measured)["value"] == pytest.approx(33.3333)


def test_nobody_is_starved_and_nothing_is_unrecovered_where_nothing_was_limited():
    story = Story()
    story.ask(0, "jo", "let in")
    measured = story.measured()

    told = {
        text: judge(parse_objective(text), measured) for text in ("starved<=0", "unrecovered<1%", "recovery_p99<5s")
    }

    assert [each["verdict"] for each in told.values()] == ["pass", "pass", "fail"]
    assert told["recovery_p99<5s"]["value"] is None  # nothing passes by not being tried
    assert (measured.while_limited, measured.otherwise) == (None, None)


@pytest.mark.parametrize("asked", [1, 3, 20])
def test_a_limiter_that_does_not_look_at_who_asks_comes_to_the_index_of_chance(asked: int):
    dice, story = Random(1), Story()
    for customer in range(2000):
        for number in range(asked):
            story.ask(number, f"c{customer}", "let in" if dice.random() < 0.4 else "limited")

    fairness = story.measured().throttling.fairness

    assert fairness.index == pytest.approx(fairness.blind, abs=0.02)


def test_one_that_serves_half_of_the_customers_alone_is_far_from_it():
    story = Story()
    for customer in range(20):
        for number in range(20):
            story.ask(number, f"c{customer}", "let in" if customer % 2 else "limited")

    fairness = story.measured().throttling.fairness

    assert (fairness.index, fairness.starved) == (0.5, 10)
    assert fairness.blind is not None
    assert fairness.blind > 0.9


def test_replies_of_seconds_in_which_something_was_limited_are_told_apart_from_the_others():
    story = Story()
    story.events += [Planned(0, "open", "createSession", "jo"), Sent(0, "open"), Acked(0, "open", 200, "s-jo", "u")]
    story.ask(1100, "al", "limited")
    for number, replied_ms in enumerate(_replied()):
        story.ask(1000 * number + 200, "jo", "let in")
        story.events.append(Replied((1000 * number + 200 + replied_ms) * MS, 0, "s-jo", "u", "bot", f"d{number}"))
    story.events.append(Ended(9 * SECOND, 0, "load", "completed"))

    measured = story.measured()

    limited, otherwise = measured.while_limited, measured.otherwise
    assert limited is not None
    assert otherwise is not None
    assert limited.reply is not None
    assert otherwise.reply is not None
    assert (limited.seconds, limited.accepted, limited.answered, limited.reply.max) == (1, 1, 1, 700.0)
    assert (otherwise.seconds, otherwise.accepted, otherwise.reply.count, otherwise.reply.max) == (2, 2, 2, 60.0)


def _replied() -> Iterator[int]:
    """How long the reply takes to what is said in each second."""
    yield from (50, 700, 60)


def test_an_objective_on_customers_is_of_a_whole_run():
    with pytest.raises(UsageError, match="leave out the window"):
        check(parse_objective("starved<=0 over 10s"))
    assert check(parse_objective("recovery_p99<5s over 10s"))

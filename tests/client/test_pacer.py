"""The pace, on a clock that is moved by hand."""

from random import Random

import pytest

from harness.client.pacer import ASK_AGAIN_S, LONGEST_WAIT_S, ROUNDING_S, SLOWEST, Ceiling, Pacer


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


def pacer_on(clock, rate=None, ceiling=None):
    return Pacer(ceiling or Ceiling(rate), clock=clock, sleep=clock.sleep, jitter=Random(1))


def test_without_any_limit_nothing_waits(clock):
    pacer = pacer_on(clock)

    assert [pacer.turn() for _ in range(5)] == [100.0] * 5


def test_the_ceiling_spaces_requests_out(clock):
    pacer = pacer_on(clock, rate=4.0)

    assert [pacer.turn() for _ in range(3)] == [100.0, 100.25, 100.5]


def test_two_keys_share_one_ceiling(clock):
    ceiling = Ceiling(2.0)
    ours, theirs = pacer_on(clock, ceiling=ceiling), pacer_on(clock, ceiling=ceiling)

    assert [ours.turn(), theirs.turn(), ours.turn()] == [100.0, 100.5, 101.0]


def test_a_429_holds_everything_until_it_may_come_back(clock):
    pacer = pacer_on(clock)

    pacer.limited(pacer.turn(), 7.0)

    assert pacer.turn() == 107.0 + ROUNDING_S


def test_a_hurried_request_is_held_by_the_ceiling_only(clock):
    pacer = pacer_on(clock, rate=10.0)
    pacer.limited(pacer.turn(), 7.0)

    assert pacer.turn(hurried=True) == 100.1


def test_without_a_promise_it_waits_a_second_or_a_little_more(clock):
    pacer = pacer_on(clock)

    pacer.limited(pacer.turn(), None)

    assert 101.0 <= pacer.turn() <= 101.5


def test_nobody_sends_it_away_for_longer_than_its_bound(clock):
    pacer = pacer_on(clock)

    pacer.limited(pacer.turn(), 86_400.0)

    assert pacer.turn() == 100.0 + LONGEST_WAIT_S


def test_it_goes_on_slower_than_it_was_and_recovers(clock):
    pacer = pacer_on(clock)
    for _ in range(20):
        pacer.bore(pacer.turn())
    pacer.limited(pacer.turn(), 0.0)
    slowed = pacer.rate

    for _ in range(50):
        pacer.bore(pacer.turn())

    assert slowed == pytest.approx(14.0)
    assert slowed < pacer.rate < 20.0


def test_answers_to_one_burst_slow_it_down_once(clock):
    pacer = pacer_on(clock)
    sent = [pacer.turn() for _ in range(10)]
    for at in sent:
        pacer.bore(at)
    clock.now += 0.1

    for at in sent:
        pacer.limited(at, 1.0)

    assert pacer.rate == pytest.approx(7.0)


def test_it_never_comes_to_a_stop(clock):
    pacer = pacer_on(clock)

    for _ in range(40):
        clock.now += 10
        pacer.bore(clock.now)
        clock.now += 1
        pacer.limited(clock.now, 0.0)

    assert pacer.rate == SLOWEST


def test_what_turned_out_too_fast_is_never_reached_again(clock):
    pacer = pacer_on(clock)
    for _ in range(20):
        pacer.bore(pacer.turn())
    pacer.limited(pacer.turn(), 1.0)

    for _ in range(2000):
        pacer.bore(pacer.turn())

    assert pacer.rate == pytest.approx(18.0)


def test_a_window_that_lets_a_burst_in_is_understood_from_its_whole_length(clock):
    """50 requests in each 10 s: the rate that it bears is 5 a second, however fast the 50 were taken."""
    pacer = pacer_on(clock)
    limited = 0
    window, left = clock.now, 50
    began = clock.now
    while clock.now < began + 300:
        at = pacer.turn()
        if at >= window + 10:
            window, left = at, 50
        if left:
            left -= 1
            pacer.bore(at)
            clock.now += 0.01
        else:
            limited += 1
            pacer.limited(at, window + 10 - at)

    assert limited <= 3
    assert pacer.rate <= 5.0


def test_a_promise_of_no_time_at_all_may_be_a_rounded_one(clock):
    pacer = pacer_on(clock)
    for _ in range(50):
        pacer.bore(pacer.turn())

    pacer.limited(pacer.turn(), 0.0)

    assert pacer.turn() == 100.0 + ROUNDING_S


def test_who_came_back_when_told_and_is_sent_away_again_stays_away_for_longer(clock):
    pacer = pacer_on(clock)
    for _ in range(50):
        pacer.bore(pacer.turn())

    pacer.limited(pacer.turn(), 1.0)
    again = pacer.turn()
    pacer.limited(again, 1.0)

    assert (again, pacer.turn()) == (102.05, pytest.approx(105.1))


def test_what_lay_idle_does_not_count_as_borne(clock):
    """A bucket of 20 that fills at 20 a second, asked in bursts with long pauses between them."""
    pacer = pacer_on(clock)
    tokens, as_of = 20.0, clock.now
    for number in range(2000):
        if number % 100 == 0:
            clock.now += 30
        at = pacer.turn()
        tokens, as_of = min(20.0, tokens + (at - as_of) * 20), at
        if tokens >= 1:
            tokens -= 1
            pacer.bore(at)
            clock.now += 0.002
        else:
            pacer.limited(at, 1.0)

    assert 12 <= pacer.rate <= 20


def test_who_is_sent_away_again_before_anything_was_let_in_came_too_early_and_not_too_fast(clock):
    """After a refusal nobody is let in for 10 s, whatever Retry-After says; 20 requests a second are borne."""
    pacer = pacer_on(clock)
    for _ in range(20):
        pacer.bore(pacer.turn())
    clock.now += 0.1
    pacer.limited(clock.now, 1.0)
    rate, until, tries = pacer.rate, clock.now + 10, 0

    while (at := pacer.turn()) < until:
        tries += 1
        pacer.limited(at, 1.0)

    assert pacer.rate == rate == pytest.approx(14.0)
    assert tries <= 3


def test_who_waits_for_a_turn_when_a_429_comes_is_held_with_the_others(clock):
    pacer = pacer_on(clock, rate=1.0)
    sent = pacer.turn()

    def interrupted(seconds):
        clock.sleep(seconds)
        if clock.now < 102:
            pacer.limited(sent, 7.0)

    pacer._sleep = interrupted

    assert pacer.turn() >= 108.0


def test_a_target_that_lets_nothing_in_at_all_costs_a_minute_and_then_a_moment_each_time(clock):
    pacer = pacer_on(clock)
    began = clock.now
    for _ in range(100):
        pacer.limited(pacer.turn(), 86_400.0)

    assert 100 + LONGEST_WAIT_S < clock.now - began < 300


def test_who_is_shut_out_is_told_so_until_it_may_ask_again_or_is_let_in(clock):
    pacer = pacer_on(clock)
    while not pacer.shut_out():
        assert clock.now < 1000
        pacer.limited(pacer.turn(), 1.0)
    clock.now += ASK_AGAIN_S
    assert not pacer.shut_out()
    pacer.limited(pacer.turn(), 1.0)
    assert pacer.shut_out()
    clock.now += ASK_AGAIN_S
    pacer.bore(pacer.turn())
    assert not pacer.shut_out()


def test_who_kept_to_no_pace_says_nothing_about_it(clock):
    """A burst goes on for a moment after its first 429, and now and then one of it is let in."""
    pacer = pacer_on(clock)
    for _ in range(20):
        pacer.bore(pacer.turn(hurried=True), hurried=True)
        clock.sleep(0.01)
    pacer.limited(pacer.turn(hurried=True), 1.0, hurried=True)
    slowed = pacer.rate
    for _ in range(3):
        clock.sleep(0.05)
        pacer.bore(pacer.turn(hurried=True), hurried=True)
        pacer.limited(pacer.turn(hurried=True), 1.0, hurried=True)

    assert slowed is not None
    assert slowed > 10
    assert pacer.rate == slowed
    assert pacer.turn() >= clock.now >= 101.0

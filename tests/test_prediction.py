"""A limiter that was found is held against a run that met it: the right one is never refuted, and a wrong one is.

The judge is the sandbox's own limiter, on a virtual clock.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.events import Acked, Began, Compared, Event, Failed, Limited, Planned, Sent
from harness.exchanges import Exchanges
from harness.limit_rule import LimitRule, kept_of, rule_of
from harness.prediction import SETTLED, Prediction, Trial
from harness.sandbox.limiter.families.first_hit_window import FirstHitWindow
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.penalty_block import PenaltyBlock
from harness.sandbox.limiter.families.quantised_bucket import QuantisedBucket
from harness.sandbox.limiter.families.queueing_bucket import QueueingBucket
from harness.sandbox.limiter.families.reject_log import RejectLog
from harness.sandbox.limiter.families.sliding_counter import SlidingCounter
from harness.sandbox.limiter.families.sliding_log import SlidingLog
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from tests.virtual_load import SECOND, met

SEEDS = st.integers(0, 10**6)
Draw = Callable[[random.Random, int, float], tuple[Any, dict[str, Any]]]


def windowed(family: type[Any], **more: Any) -> Draw:
    return lambda dice, quota, window: (
        family(quota, window, **more),
        {"quota": quota, "window_s": window, "sustainable_per_s": quota / window},
    )


def bucket(family: type[Any]) -> Draw:
    return lambda dice, quota, window: (
        family(rate_per_s=quota / window, burst=quota),
        {"quota": quota + (family is QueueingBucket), "sustainable_per_s": quota / window},
    )


def blocking(dice: random.Random, quota: int, window: float) -> tuple[Any, dict[str, Any]]:
    block = window * dice.uniform(0.5, 3)
    renewed = dice.random() < 0.5
    found = {"quota": quota, "window_s": window, "block_s": block, "sustainable_per_s": quota / window}
    return PenaltyBlock(quota, window, block, "yes" if renewed else "no"), {**found, "block_renewed": renewed}


def quantised(dice: random.Random, quota: int, window: float) -> tuple[Any, dict[str, Any]]:
    batch = dice.randint(1, quota)
    found = {"quota": quota, "batch": batch, "interval_s": window, "sustainable_per_s": batch / window}
    return QuantisedBucket(burst=quota, refill=batch, interval_s=window), found


# By the name that the inquiry has for it: the sandbox's limiter, and what an inquiry that is right finds of it.
FAMILIES: Mapping[str, Draw] = {
    "token_bucket": bucket(TokenBucket),
    "queueing_bucket": bucket(QueueingBucket),
    "sliding_log": windowed(SlidingLog),
    "counting_log": windowed(RejectLog),
    "fixed_window_aligned": windowed(FixedWindow),
    "fixed_window_first_hit": windowed(FirstHitWindow),
    "sliding_counter": windowed(SlidingCounter, rounding="exact"),
    "penalty_block": blocking,
    "quantised_bucket": quantised,
}
# What two quotas of tolerance are small against: windows.
LONG = 30
# By what an inquiry may be off, which a run must not mistake for another limiter.
HARDLY = 0.015


def found(**parameters: Any) -> dict[str, Any]:
    return {"limited": True, "scope": "key", **parameters}


def outcome(rule: LimitRule, events: list[Event]) -> Prediction:
    trial, exchanges = Trial(rule), Exchanges()
    for event in events:
        trial.enter(event, exchanges.enter(event))
    return trial.finish()


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("name", FAMILIES)
@given(seed=SEEDS, quota=st.integers(1, 60), demand=st.floats(0.2, 4), off=st.floats(-HARDLY, HARDLY))
def test_the_limiter_that_it_met_is_never_refuted_whatever_is_asked_of_it(name, seed, quota, demand, off):
    dice = random.Random(seed)
    limiter, parameters = FAMILIES[name](dice, quota, 0.2 * 30 ** dice.random())
    times = ("window_s", "block_s", "interval_s")
    parameters = {key: value * (1 + off) if key in times else value for key, value in parameters.items()}
    rate = parameters["sustainable_per_s"]
    rule = rule_of(found(algorithm=name, **{**parameters, "sustainable_per_s": rate / (1 + off)}))

    prediction = outcome(rule, met(limiter, demand * rate, dice.uniform(1, 40) * quota / rate, seed))

    assert prediction.verdict in ("confirmed", "not_tested"), prediction
    assert prediction.unexplained == 0


# One that counts what it refuses lets nobody in who goes on asking, and a block next to nobody: there is little to see.
TALKATIVE = [name for name in FAMILIES if name not in ("counting_log", "penalty_block")]


@settings(max_examples=8, deadline=None)
@pytest.mark.parametrize("name", TALKATIVE)
@given(seed=SEEDS, quota=st.integers(10, 60))
def test_it_is_confirmed_where_more_is_asked_for_long_enough(name, seed, quota):
    dice = random.Random(seed)
    limiter, parameters = FAMILIES[name](dice, quota, dice.uniform(0.5, 5))
    rate = parameters["sustainable_per_s"]

    prediction = outcome(
        rule_of(found(algorithm=name, **parameters)), met(limiter, 3 * rate, LONG * quota / rate, seed)
    )

    assert prediction.verdict == "confirmed", prediction
    assert prediction.judged > 0


@settings(max_examples=8, deadline=None)
@pytest.mark.parametrize("name", TALKATIVE)
@pytest.mark.parametrize(("factor", "why"), [(0.7, "more"), (1.5, "less|quota was left")])
@given(seed=SEEDS, quota=st.integers(10, 60))
def test_another_limiter_is_refuted_where_more_is_asked_for_long_enough(name, factor, why, seed, quota):
    """One that is thought to let in less than it does, and one that is thought to let in more."""
    dice = random.Random(seed)
    limiter, parameters = FAMILIES[name](dice, quota, dice.uniform(0.5, 5))
    rate = parameters["sustainable_per_s"]
    times = ("quota", "batch", "sustainable_per_s")
    wrong = {key: value * factor if key in times else value for key, value in parameters.items()}
    wrong |= {key: ceil(value) for key, value in wrong.items() if key in ("quota", "batch")}

    prediction = outcome(rule_of(found(algorithm=name, **wrong)), met(limiter, 3 * rate, LONG * quota / rate, seed))

    assert prediction.verdict == "refuted", prediction
    assert re.search(why, prediction.why)


def test_a_rate_that_was_not_reached_is_not_confirmed_however_well_each_refusal_is_explained():
    """A counter of so few, in so short a time, refuses whenever it likes: what is sustained is another matter."""
    rule = rule_of(found(algorithm="sliding_counter", quota=2, window_s=0.0394, sustainable_per_s=50.76))

    prediction = outcome(rule, met(TokenBucket(rate_per_s=25, burst=40), 57, 30, 1))

    assert (prediction.verdict, prediction.unexplained) == ("not_tested", 0)
    assert "came so unevenly" in prediction.why


def test_each_operation_has_its_own_quota_where_that_was_found():
    limiter = FixedWindow(10, 1.0)
    events = met(limiter, 60, 30, 1, lambda number: ("sendMessage", "createSession")[number % 2])
    one = found(algorithm="fixed_window_aligned", quota=10, window_s=1.0, sustainable_per_s=10.0)

    assert outcome(rule_of(one), events).verdict == "refuted"
    assert outcome(rule_of({**one, "scope": "key+operation"}), events).verdict == "confirmed"


def test_a_limit_on_each_session_says_nothing_of_a_run_and_one_on_each_address_nothing_of_several_machines():
    events = met(FixedWindow(10, 1.0), 20, 5, 1)
    one = found(algorithm="fixed_window_aligned", quota=10, window_s=1.0, sustainable_per_s=10.0)
    elsewhere = Compared(3, "worker 1", "another", 0, 0)

    assert outcome(rule_of({**one, "scope": "session"}), events).verdict == "not_comparable"
    assert outcome(rule_of({**one, "scope": "address"}), [*events, elsewhere]).verdict == "not_comparable"
    assert outcome(rule_of({**one, "scope": "key"}), [*events, elsewhere]).verdict != "not_comparable"


def test_what_was_used_up_before_the_run_refutes_nothing_and_a_run_without_a_request_tells_nothing():
    rule = rule_of(found(algorithm="sliding_log", quota=5, window_s=10.0, sustainable_per_s=0.5))
    early = [Began(0, 0, "load"), Planned(1, "a", "sendMessage", "c"), Sent(1, "a"), Limited(2, "a", 1.0)]

    assert outcome(rule, early) == replace(outcome(rule, early), verdict="not_tested", judged=0, refused=1)
    assert outcome(rule, [Began(0, 0, "load")]).verdict == "not_tested"


def test_a_limiter_that_answers_with_another_status_is_met_all_the_same():
    def as_503(event: Event) -> Event:
        return Failed(event.at, event.request, "HTTP 503", 503) if isinstance(event, Limited) else event

    one = found(algorithm="fixed_window_aligned", quota=10, window_s=1.0, sustainable_per_s=10.0, statuses=[503])
    events = list(map(as_503, met(FixedWindow(10, 1.0), 30, 20, 1)))

    assert outcome(rule_of(one), events).verdict == "confirmed"
    assert outcome(rule_of({**one, "statuses": [429]}), events).refused == 0


def test_refused_requests_are_unexplained_where_less_than_a_quota_was_let_in_before_them_however_many_were_refused():
    rule = rule_of(found(algorithm="sliding_log", quota=6, window_s=1.0, sustainable_per_s=6.0))

    prediction = outcome(rule, met(SlidingLog(3, 1.0), 30, 20, 1))

    assert (prediction.verdict, prediction.why) == ("refuted", "requests were refused although quota was left")
    assert prediction.unexplained > 0.9 * prediction.judged > 400


def test_what_was_sent_long_before_may_have_reached_the_limiter_just_before_another_was_refused():
    rule = rule_of(found(algorithm="sliding_log", quota=1, window_s=1.0, sustainable_per_s=1.0))
    first, second = 60 * SECOND, 63 * SECOND
    slow = [Planned(first, "slow", "sendMessage", "c"), Sent(first, "slow")]
    quick = [Planned(second, "quick", "sendMessage", "c"), Sent(second, "quick"), Limited(second + 5, "quick", 1.0)]

    explained = outcome(rule, [Began(0, 0, "load"), *slow, *quick, Acked(first + 4 * SECOND, "slow", 200)])
    unexplained = outcome(rule, [Began(0, 0, "load"), *slow, Acked(first + 9, "slow", 200), *quick])

    assert (explained.judged, explained.unexplained) == (1, 0)
    assert (unexplained.judged, unexplained.unexplained) == (1, 1)


def test_a_block_that_is_shorter_than_its_window_lets_in_more_than_can_be_sustained():
    one = found(algorithm="penalty_block", quota=10, window_s=10.0, block_s=1.0, sustainable_per_s=1.0)

    prediction = outcome(rule_of(one), met(PenaltyBlock(10, 10.0, 1.0), 40, 60, 1))

    assert prediction.let_in > 1.02 * 60 + 20
    assert prediction.verdict == "confirmed"


def test_where_each_refused_request_renews_the_block_none_comes_too_soon():
    one = found(algorithm="penalty_block", quota=10, window_s=10.0, block_s=1.0, sustainable_per_s=1.0)
    events = met(PenaltyBlock(10, 10.0, 1.0, "yes"), 40, 60, 1)

    prediction = outcome(rule_of({**one, "block_renewed": True}), events)
    mistaken = outcome(rule_of(one), events)

    assert (prediction.let_in, prediction.judged, prediction.verdict) == (10, 0, "not_tested")
    assert mistaken.verdict == "refuted"


def test_little_is_held_of_a_run_however_long_it_is():
    rule = rule_of(found(algorithm="sliding_log", quota=10, window_s=1.0, sustainable_per_s=10.0))
    trial, exchanges, most = Trial(rule), Exchanges(), 0
    for event in met(SlidingLog(10, 1.0), 20, 1200, 1):
        trial.enter(event, exchanges.enter(event))
        most = max(most, *(len(quota._bins) for quota in trial._quotas.values()), 0)

    # Of a second of memory bins are 20 ms wide, and requests come each 50 ms.
    assert most < 5 * SETTLED / SECOND * 20
    assert trial.finish().verdict == "confirmed"


@pytest.mark.parametrize(
    ("result", "complaint"),
    [
        ({"kind": "load"}, "no inquiry"),
        ({"limits": {"limited": False}}, "saw no limit"),
        ({"limits": {"limited": True, "algorithm": None, "quota": 3}}, "no limiter whose rate"),
        (
            {"limits": {"limited": True, "algorithm": "concurrency", "quota": 3, "sustainable_per_s": 9.0}},
            "nothing is predicted",
        ),
    ],
)
def test_an_inquiry_that_predicts_nothing_is_told_so(result, complaint):
    with pytest.raises(UsageError, match=complaint):
        kept_of(result)


@pytest.mark.parametrize("second", FAMILIES)
def test_of_families_that_could_not_be_told_apart_those_are_tried_whose_figures_are_known(second):
    one = found(algorithm="sliding_log", quota=6, window_s=1.0, sustainable_per_s=6.0)
    events = met(SlidingLog(6, 1.0), 30, 40, 1)

    prediction = outcome(rule_of({**one, "algorithm": f"sliding_log|{second}"}), events)

    assert prediction.verdict in ("confirmed", "not_tested")


def test_the_widest_bound_of_its_times_is_how_far_it_may_be_off():
    one = found(algorithm="sliding_log", quota=10, window_s=2.0, sustainable_per_s=5.0)

    assert rule_of({**one, "bounds": {"window": [1.99, 2.01]}}).off == 0.02
    assert rule_of({**one, "bounds": {"window": [1.8, 2.01]}}).off == pytest.approx(0.1)

"""From the first request to the answer, on virtual limiters whose parameters the procedure does not know."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.limits_identification import POPULATION
from benchmarks.virtual_limiter import VirtualLimiter, identified
from harness.identification.answer import answer_of
from harness.identification.budget import Budget
from harness.identification.families.aligned_window import AlignedWindow
from harness.identification.procedure import identify
from harness.identification.refine import judged
from harness.identification.run import Over
from harness.identification.trace import Decision as Decided
from harness.identification.trace import Observation
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.none import NoLimit
from harness.sandbox.limiter.families.penalty_block import PenaltyBlock
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from harness.sandbox.limiter.family import NS, Decision

ENOUGH = Budget(requests=600, seconds=600)


def limiter(family, quota=5, window=2.0, seed=3):
    return VirtualLimiter(
        POPULATION[family](random.Random(1), quota, window), 0.004, seed, 0.05 if family == "concurrency" else 0.0
    )


@pytest.mark.parametrize("family", [name for name in POPULATION if name != "none"])
def test_each_family_is_told_from_all_others(family):
    answer, _ = identified(limiter(family, seed=2), 2, ENOUGH)
    assert answer.families == (family,)
    assert answer.mismatches == 0
    assert answer.confidence > 0.9


class Counting(VirtualLimiter):
    """Five are let in, and five refused, however long that takes."""

    def _answer(self, arrived, sent):
        self.turn = getattr(self, "turn", -1) + 1
        return Observation(sent, arrived + self._half, self.turn % 10 < 5)


class Careless(Counting):
    """Refuses by chance alone."""

    def _answer(self, arrived, sent):
        return Observation(sent, arrived + self._half, self._random.random() < 0.5)


@pytest.mark.parametrize("target", [Counting, Careless])
def test_what_goes_by_no_time_is_given_no_rule_of_time(target):
    answer, _ = identified(target(NoLimit(), 0.002, 1), 1, Budget(requests=100, seconds=20))
    assert (answer.limited, answer.families, answer.confidence) == (True, (), 0.0)
    assert answer.sustainable_per_s is None


def test_quota_and_window_are_found():
    answer, _ = identified(VirtualLimiter(FixedWindow(limit=7, window_s=3.3), 0.01, 5), 5, ENOUGH)
    assert answer.parameters["quota"] == 7
    assert answer.parameters["window"] == pytest.approx(3.3, rel=0.02)
    low, high = answer.bounds["window"]
    assert low <= 3.3 <= high


def test_the_rate_of_a_bucket_is_found():
    answer, _ = identified(VirtualLimiter(TokenBucket(rate_per_s=4.0, burst=6), 0.01, 5), 5, ENOUGH)
    assert (answer.families, answer.parameters["quota"]) == (("token_bucket",), 6)
    assert answer.sustainable_per_s == pytest.approx(4.0, rel=0.02)


def test_the_window_of_a_block_is_found_although_every_refusal_hides_it():
    answer, _ = identified(VirtualLimiter(PenaltyBlock(5, 2.0, 4.5), 0.004, 3), 3, ENOUGH)
    assert answer.parameters["window"] == pytest.approx(2.0, rel=0.03)
    assert answer.parameters["block"] == pytest.approx(4.5, rel=0.02)


def test_a_block_that_each_refused_request_renews_is_told_as_that():
    answer, _ = identified(VirtualLimiter(PenaltyBlock(5, 2.0, 4.5, "yes"), 0.004, 3), 3, ENOUGH)
    assert (answer.families, answer.parameters["quota"], answer.parameters["renewed"]) == (("penalty_block",), 5, True)
    assert answer.parameters["window"] == pytest.approx(2.0, rel=0.03)
    assert answer.parameters["block"] == pytest.approx(4.5, rel=0.02)


class Idle:
    """Counts until nobody asked for so long: what is let in prolongs that, and with `refused` what is not as well."""

    def __init__(self, limit, window_s, refused):
        self.limit, self.window_ns, self.refused = limit, window_s * NS, refused

    def end(self, state):
        return state

    def decide(self, state, now_ns):
        count, last_ns = state or (0, now_ns)
        count = 0 if now_ns - last_ns >= self.window_ns else count
        if count < self.limit:
            return Decision(True, self.limit, count, 0, 0.0, 0.0), (count + 1, now_ns)
        return Decision(False, self.limit, count, 0, 0.0, 0.0), (count, now_ns if self.refused else last_ns)


@pytest.mark.parametrize("refused", [True, False])
def test_what_counts_from_the_last_request_is_not_taken_for_a_window_from_the_first(refused):
    answer, _ = identified(VirtualLimiter(Idle(5, 3.0, refused), 0.01, 0), 0, Budget(400, 3600))
    assert answer.confidence < 0.9
    assert answer.sustainable_per_s is None or answer.mismatches


@pytest.mark.parametrize("renewed", ["yes", "no"])
def test_the_window_of_a_block_of_few_round_trips_is_found(renewed):
    limiter = VirtualLimiter(PenaltyBlock(5, 6.0, 1.5, renewed), 0.02, 6)
    answer, _ = identified(limiter, 6, Budget(1200, 3600))
    assert answer.parameters["window"] == pytest.approx(6.0, rel=0.05)
    assert answer.parameters["block"] == pytest.approx(1.5, rel=0.05)


def test_a_first_silence_that_meets_an_edge_by_chance_does_not_decide_the_scale():
    answer, _ = identified(VirtualLimiter(FixedWindow(limit=5, window_s=2.0), 0.004, 3), 3, ENOUGH)
    assert answer.families == ("fixed_window_aligned",)
    assert answer.parameters["window"] == pytest.approx(2.0, rel=0.02)


def test_where_nothing_is_refused_no_limiter_is_claimed():
    answer, run = identified(VirtualLimiter(NoLimit(), 0.004, 3), 3, ENOUGH)
    assert not answer.limited
    assert answer.families == ()
    assert answer.requests == len(run.trace.observations) <= ENOUGH.requests


def test_a_quota_that_never_came_back_has_no_window():
    answer, _ = identified(VirtualLimiter(FixedWindow(limit=20, window_s=3600.0), 0.004, 3), 3, Budget(150, 40))
    assert (answer.limited, answer.families, answer.parameters, answer.confidence) == (True, (), {}, 0.0)
    assert answer.sustainable_per_s is None
    assert answer.calm_at is None
    assert 30 < answer.shut_s <= 40


def test_refutations_name_requests_that_the_family_could_not_have_answered_so():
    answer, run = identified(limiter("fixed_window_aligned"), 3, ENOUGH)
    assert answer.refuted
    for each in answer.refuted:
        assert each.family not in answer.families
        assert each.mismatches >= 2
        assert all(0 <= number < len(run.trace.observations) for number in each.numbers)


def driven(procedure, ask):
    """Probes are asked until it is over: what it came to."""
    try:
        probe = next(procedure)
        while True:
            probe = procedure.send(ask(probe))
    except StopIteration as over:
        return answer_of(over.value)


@settings(max_examples=12, deadline=None)
@given(requests=st.integers(5, 120), seconds=st.floats(0.05, 60), family=st.sampled_from(sorted(POPULATION)))
def test_the_budget_is_never_exceeded(requests, seconds, family):
    target = limiter(family, quota=9, window=1.0)

    def ask(probe):
        assert probe.at <= seconds
        assert target.asked + probe.count <= requests
        return target.ask(probe.at, probe.count)

    answer = driven(identify(Budget(requests, seconds), random.Random(4).random), ask)
    assert answer.requests == target.asked


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.05, 0.95))
def test_verdicts_at_random_are_explained_by_nothing_or_said_to_be_unsure(seed, share):
    """A target that refuses whoever it likes has no limiter that we know."""
    chance = random.Random(seed)
    now = 0.0

    def ask(probe):
        nonlocal now
        now = max(now, probe.at) + 0.01
        return [Observation(now - 0.01, now, chance.random() < share) for _ in range(probe.count)]

    answer = driven(identify(Budget(70, 60), random.Random(4).random), ask)
    assert not answer.families or answer.confidence < 0.9 or answer.mismatches == 0


def test_it_can_be_ended_at_any_time_and_answers_with_what_was_seen():
    target = limiter("token_bucket")
    procedure = identify(ENOUGH, random.Random(4).random)
    probe = next(procedure)
    for _ in range(30):
        probe = procedure.send(target.ask(probe.at, probe.count))
    with pytest.raises(StopIteration) as over:
        procedure.throw(Over())
    answer = answer_of(over.value.value)
    assert answer.limited
    assert answer.requests == target.asked


def test_what_was_asked_before_counts_in_the_budget():
    target = limiter("token_bucket")
    before = [target.ask(0.0, 3), target.ask(0.1, 3)]
    procedure = identify(Budget(40, 60), random.Random(4).random, before)
    driven(procedure, lambda probe: target.ask(probe.at, probe.count))
    assert 6 < target.asked <= 40


class Closing(VirtualLimiter):
    """Lets nobody in any more after so many requests, whatever its rule was until then."""

    def __init__(self, most):
        super().__init__(FixedWindow(6, 2.0), 0.004, 3)
        self.left = most

    def _answer(self, arrived, sent):
        seen = super()._answer(arrived, sent)
        self.left -= 1
        return seen if self.left >= 0 else Observation(sent, seen.received, False)


@pytest.mark.parametrize(("most", "look_behind"), [(25, 0), (60, 0), (35, 200), (100, 200), (140, 200)])
def test_what_never_lets_anybody_in_again_is_told_to_be_shut_and_is_no_second_rule(most, look_behind):
    target = Closing(most)
    answer, _ = identified(target, 3, ENOUGH, look_behind)
    assert target.left < 0
    assert answer.shut_s > 100
    assert answer.calm_at is None
    assert answer.confidence < 0.9
    assert answer.behind is None or answer.behind.families == ()


def test_a_window_no_longer_than_a_round_trip_does_not_explain_a_row_of_refusals():
    """Of a row the first and the last may each have met an edge; those between did not."""
    window = AlignedWindow(3, 0.04, 0.0)
    decisions = [Decided(at, at + 0.008, False, number) for number, at in enumerate((0.035, 0.05, 0.06, 0.075))]
    assert judged(AlignedWindow, window.parameters(), decisions)[0] > 0


@pytest.mark.parametrize(("let_in", "admits"), [(5, True), (4, False)])
def test_a_refusal_across_an_edge_is_the_old_windows_if_that_was_full(let_in, admits):
    window = AlignedWindow(5, 2.0, 0.0)
    for _ in range(let_in):
        window.observe(1.0, 1.1, True)
    assert (window.observe(1.95, 2.05, False) == 0.0) is admits

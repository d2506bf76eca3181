"""A 429 is no failure: it is told apart, obeyed, and what was limited is not waited for."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harness.events import Acked, Failed, Limited, Planned, Refused, Sent
from harness.limit_rule import rule_of
from harness.load.manners import Manners
from harness.load.plan import LoadPlan
from harness.measurement import Measurements, Measuring, measure
from harness.recording.reader import read_run
from harness.result import result_of
from tests.load.running import QUICK, Outcome, carry_out, profile_for, sandbox


class LimitedRun:
    """One run against a target that limits it, and that target's ground truth."""

    def __init__(self, folder: Path) -> None:
        with sandbox(*QUICK, "--rate-limit", "8") as target:
            plan = LoadPlan(customers=10, duration_s=6, think_s=0)
            self.run: Outcome = carry_out(profile_for(target.base_url), folder, plan)
            self.requests: list[Any] = target.requests("createSession") + target.requests("sendMessage")
            self.delivered = target.delivered()
        self.measured: Measurements = measure(self.run.events, 5)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> LimitedRun:
    return LimitedRun(tmp_path_factory.mktemp("limited"))


def test_limited_requests_are_told_apart_and_agree_with_the_ground_truth(limited: LimitedRun):
    outcomes = [entry["outcome"] for entry in limited.requests]

    assert len(limited.run.of(Limited)) == outcomes.count("limited") > 0
    assert len(limited.run.of(Acked)) == outcomes.count("accepted") > 0
    assert limited.run.of(Failed, Refused) == []
    assert limited.measured.replies["answered"] == limited.measured.messages["accepted"] == len(limited.delivered)


def test_a_customer_stays_away_for_as_long_as_retry_after_says(limited: LimitedRun):
    customer_of = {e.request: e.customer for e in limited.run.of(Planned)}
    free_at: dict[str, float] = {}
    returned = 0

    for event in limited.run.of(Sent, Limited):
        customer = customer_of[event.request]
        if isinstance(event, Sent):
            assert event.at >= free_at.get(customer, 0)
            returned += customer in free_at
        else:
            assert event.retry_after_s is not None
            assert event.retry_after_s >= 1
            free_at[customer] = event.at + event.retry_after_s * 1e9
    assert returned > 5


def test_locusts_statistics_give_429s_and_replies_rows_of_their_own(limited: LimitedRun):
    table = (limited.run.folder / "logs" / "locust.log").read_text().partition("Response time percentiles")[0]
    rows = re.findall(r"^(POST|REPLY) +(\S.*?) +(\d+) +(\d+)\(", table, re.MULTILINE)

    counted = {f"{kind} {name}": (int(count), int(failures)) for kind, name, count, failures in rows}
    sessions, messages = limited.measured.sessions, limited.measured.messages
    expected = {
        "POST /v1/sessions": sessions["accepted"],
        "POST /v1/sessions · 429": sessions["limited"],
        "POST /v1/sessions/{id}/messages": messages["accepted"],
        "POST /v1/sessions/{id}/messages · 429": messages["limited"],
        "REPLY webhook": limited.measured.replies["answered"],
    }
    assert counted == {row: (count, 0) for row, count in expected.items() if count}
    assert messages["limited"] > 0


WINDOW = ("--limiter", "fixed-window limit=12 window=1s headers=retry-after")


class MannersRun:
    """Customers of one kind of manners against a window that is too narrow for them, and that target's ground truth."""

    def __init__(self, manners: Manners, folder: Path, *limiter: str) -> None:
        with sandbox(*QUICK, *(limiter or WINDOW)) as target:
            plan = LoadPlan(customers=10, duration_s=4, think_s=0, spawn_s=0.1, when_limited=manners)
            self.run = carry_out(profile_for(target.base_url), folder, plan)
            self.truth = target.requests("createSession") + target.requests("sendMessage")
            self.delivered = target.delivered()
        self.measured = measure(self.run.events, 5)
        self.plans: dict[str, Planned] = {e.request: e for e in self.run.of(Planned)}
        self.sends: dict[str, Sent] = {e.request: e for e in self.run.of(Sent)}
        self.outcomes: dict[str, Any] = {e.request: e for e in self.run.of(Acked, Limited, Refused, Failed)}

    def by_customer(self) -> Iterator[list[str]]:
        """The requests of each customer, as they were sent."""
        sent = sorted(self.sends.values(), key=lambda event: event.at)
        for customer in {plan.customer for plan in self.plans.values()}:
            yield [event.request for event in sent if self.plans[event.request].customer == customer]


@pytest.fixture(scope="module")
def polite(tmp_path_factory: pytest.TempPathFactory) -> MannersRun:
    return MannersRun("polite", tmp_path_factory.mktemp("polite"))


@pytest.fixture(scope="module")
def rude(tmp_path_factory: pytest.TempPathFactory) -> MannersRun:
    return MannersRun("rude", tmp_path_factory.mktemp("rude"))


def test_a_polite_customer_sends_what_was_limited_again_until_it_is_let_in(polite: MannersRun):
    repeated = 0
    for requests in polite.by_customer():
        for before, after in pairwise(requests):
            limited = isinstance(polite.outcomes[before], Limited)
            first, second = polite.plans[before], polite.plans[after]
            same = (first.at, first.operation, first.session) == (second.at, second.operation, second.session)
            assert same == limited
            assert (polite.sends[after].held > 0) == limited
            repeated += limited
    assert repeated > 10


def test_it_waits_as_long_as_it_was_told_and_that_counts_from_the_plan_and_not_as_lateness(polite: MannersRun):
    for requests in polite.by_customer():
        for before, after in pairwise(requests):
            outcome, sent = polite.outcomes[before], polite.sends[after]
            if isinstance(outcome, Limited):
                assert outcome.retry_after_s is not None
                assert sent.at >= outcome.at + outcome.retry_after_s * 1e9
                assert sent.held >= outcome.retry_after_s * 1e9

    reply, from_plan = (polite.measured.latencies[name] for name in ("reply", "reply_from_plan"))
    assert reply is not None
    assert from_plan is not None
    assert from_plan.max > 1000 > reply.max
    # However slow the machine is: a wait that counted as lateness would be a second of it.
    lateness = polite.measured.latencies["lateness"]
    assert lateness is not None
    assert lateness.p99 < 1000


def test_what_was_limited_and_sent_again_is_paired_with_one_reply(polite: MannersRun):
    outcomes = [entry["outcome"] for entry in polite.truth]

    assert len(polite.run.of(Limited)) == outcomes.count("limited") > 0
    assert len(polite.run.of(Acked)) == outcomes.count("accepted") > 0
    assert polite.measured.messages["accepted"] == polite.measured.replies["answered"] == len(polite.delivered)
    assert polite.measured.arrivals == polite.measured.replies["first"]


def test_the_result_has_what_the_target_itself_says_of_its_limits(polite: MannersRun):
    limiting = result_of(read_run(polite.run.folder))["load"]["limiting"]

    for operation, each in limiting["requests"].items():
        outcomes = [entry["outcome"] for entry in polite.truth if entry["operation"] == operation]
        assert each == {"asked": len(outcomes), "limited": outcomes.count("limited")}
    assert limiting["sent_again"]["requests"] == sum(event.held > 0 for event in polite.run.of(Sent))
    assert limiting["recovery_ms"]["min"] >= 1000
    assert limiting["recovery_ms"]["count"] == limiting["episodes"] - limiting["unrecovered"]
    assert limiting["fairness"]["customers"] == 10


@pytest.mark.parametrize(
    ("quota", "verdict", "why"),
    [
        (12, "confirmed", "rate was reached"),
        (6, "refuted", "more was let in"),
        (40, "refuted", "quota was left|less was"),
    ],
)
def test_the_limiter_that_was_found_is_confirmed_by_the_run_and_another_is_refuted(
    rude: MannersRun, quota: int, verdict: str, why: str
):
    found = {"algorithm": "fixed_window_aligned", "quota": quota, "window_s": 1.0, "sustainable_per_s": float(quota)}
    measuring = Measuring(5, rude.run.events[0].at, rule=rule_of({**found, "scope": "key"}))
    for event in rude.run.events:
        measuring.enter(event)

    prediction = measuring.finish().prediction

    assert prediction is not None
    assert prediction.verdict == verdict
    assert re.search(why, prediction.why)
    assert prediction.let_in == [entry["outcome"] for entry in rude.truth].count("accepted")


def test_a_polite_customer_who_is_not_told_when_to_come_back_backs_off(tmp_path: Path):
    silent = MannersRun("polite", tmp_path, "--limiter", "first-hit-window limit=5 window=60s headers=none")

    for requests in silent.by_customer():
        limited = [silent.outcomes[each] for each in requests if isinstance(silent.outcomes[each], Limited)]
        assert all(each.retry_after_s is None for each in limited)
        gaps = [(second.at - first.at) / 1e9 for first, second in pairwise(limited)]
        assert all(gap >= 2**number for number, gap in enumerate(gaps))
    assert len(silent.run.of(Limited)) > 10


def test_a_rude_customer_does_not_wait_whatever_it_was_told(rude: MannersRun):
    gaps = [
        rude.sends[after].at - rude.outcomes[before].at
        for requests in rude.by_customer()
        for before, after in pairwise(requests)
        if isinstance(rude.outcomes[before], Limited)
    ]
    assert len(gaps) > 50
    assert sorted(gaps)[len(gaps) // 2] < 0.5e9  # it had been told a second
    assert not any(event.held for event in rude.run.of(Sent))
    assert [entry["outcome"] for entry in rude.truth].count("limited") == len(rude.run.of(Limited))

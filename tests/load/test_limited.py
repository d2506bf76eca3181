"""A 429 is no failure: it is told apart, obeyed, and what was limited is not waited for."""

import re
from pathlib import Path
from typing import Any

import pytest

from harness.events import Acked, Failed, Limited, Planned, Refused, Sent
from harness.load.plan import LoadPlan
from harness.measurement import Measurements, measure
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

"""Each scenario tells its own story, and all of it reaches the target and comes back."""

from collections import Counter
from pathlib import Path

import pytest

from harness.assets import asset
from harness.errors import UsageError
from harness.events import Acked, Limited, Planned, Replied, Sent
from harness.load.plan import SCENARIOS, LoadPlan
from harness.load.run import run_load
from harness.measurement import measure
from harness.processes.interrupt import Interrupt
from tests.load.running import QUICK, carry_out, profile_for, sandbox

PHRASE = "speak to a human"


def plan_of(scenario: str) -> LoadPlan:
    if SCENARIOS[scenario] == "open":
        return LoadPlan(scenario=scenario, customers=0, arrival_rate=30, duration_s=3, think_s=0.05)
    return LoadPlan(scenario=scenario, customers=8, duration_s=3, think_s=0.05)


def test_every_scenario_has_its_file_and_every_file_is_a_scenario():
    assert {path.stem for path in asset("locustfiles").glob("*.py")} == set(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_a_scenario_sends_is_answered_and_adds_up(scenario: str, tmp_path: Path):
    with sandbox(*QUICK, "--handover-phrase", PHRASE) as target:
        run = carry_out(profile_for(target.base_url, handover_phrases=(PHRASE,)), tmp_path, plan_of(scenario))
        accepted, delivered = target.requests("sendMessage"), target.delivered()
    measured = measure(run.events, 5)

    assert run.error is None
    assert len(accepted) == measured.messages["accepted"] == measured.replies["answered"] > 10
    assert len(delivered) == measured.arrivals
    assert measured.messages["failed"] == measured.sessions["failed"] == 0


def test_who_asks_for_a_human_hears_the_bot_first_and_an_agent_then(tmp_path: Path):
    with sandbox(*QUICK, "--handover-phrase", PHRASE) as target:
        profile = profile_for(target.base_url, handover_phrases=(PHRASE,))
        run = carry_out(profile, tmp_path, plan_of("handover"))

    voices: dict[str | None, list[str | None]] = {}
    for reply in run.of(Replied):
        voices.setdefault(reply.session, []).append(reply.participant)
    long = [said for said in voices.values() if len(said) > 2]
    assert long
    assert all(said[0] != said[-1] for said in long)


def test_a_surge_is_ten_times_as_many_in_its_middle(tmp_path: Path):
    plan = LoadPlan(scenario="surge", customers=0, arrival_rate=60, duration_s=5, think_s=0)
    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, plan)

    plans = [event.at for event in run.of(Planned) if event.operation == "createSession"]
    fifth = Counter(int((at - plans[0]) / 1e9) for at in plans)
    assert fifth[2] == pytest.approx(60, abs=2)
    assert fifth[0] + fifth[1] == pytest.approx(12, abs=2)


def test_what_follows_a_reply_is_due_then_and_not_late(tmp_path: Path):
    with sandbox("--reply-median", "0.5", "--reply-sigma", "0") as target:
        run = carry_out(profile_for(target.base_url), tmp_path, plan_of("surge"))

    lateness = measure(run.events, 5).latencies["lateness"]
    assert lateness is not None
    assert lateness.p50 < 100


def test_who_comes_once_does_not_come_again_where_it_is_limited(tmp_path: Path):
    with sandbox(*QUICK, "--rate-limit", "5") as target:
        run = carry_out(profile_for(target.base_url), tmp_path, plan_of("arrivals"))

    plans = [event.customer for event in run.of(Planned) if event.operation == "createSession"]
    assert len(plans) == len(set(plans)) == 90
    assert run.of(Limited)


def test_who_soaks_stays_in_one_session(tmp_path: Path):
    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, plan_of("soak"))

    assert len([event for event in run.of(Acked) if event.session is not None]) == 8


def test_a_handover_without_a_phrase_is_refused_before_anything_is_sent(tmp_path: Path):
    with Interrupt() as interrupt, pytest.raises(UsageError, match="handover_phrases"):
        run_load(profile_for("http://127.0.0.1:9"), tmp_path, "r", plan_of("handover"), interrupt=interrupt)


def test_customers_who_do_not_wait_make_replies_ambiguous_and_nothing_is_lost(tmp_path: Path):
    with sandbox("--reply-median", "0.3", "--reply-sigma", "0.3") as target:
        plan = LoadPlan(customers=5, duration_s=4, spawn_s=0.2, think_s=0.02, in_flight=3)
        run = carry_out(profile_for(target.base_url), tmp_path, plan)
        delivered = len(target.delivered())

    measured = measure(run.events, 5.0)
    flights: Counter[str] = Counter()
    sessions = {e.request: e.session for e in run.of(Planned) if e.session}
    accepted = {e.request for e in run.of(Acked)}
    most = 0
    for event in run.events:
        if isinstance(event, Sent) and event.request in accepted & sessions.keys():
            flights[sessions[event.request]] += 1
            most = max(most, *flights.values())
        elif isinstance(event, Replied):
            flights[event.session] -= 1
    assert most == 3
    assert measured.replies["ambiguous"] > measured.replies["lost"] == 0
    assert measured.replies["first"] == measured.arrivals == delivered

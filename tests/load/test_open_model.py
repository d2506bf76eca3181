"""An open run: customers come as planned, however the target fares, and every one of them is accounted for."""

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.events import Planned
from harness.load.arrivals import arrivals, steady
from harness.load.plan import LoadPlan, Progress
from harness.load.run import run_load
from harness.measurement import measure
from harness.processes.interrupt import Interrupt
from tests.load.running import QUICK, Outcome, Sandbox, carry_out, profile_for, sandbox

PLAN = LoadPlan(scenario="arrivals", customers=0, arrival_rate=20, duration_s=3, think_s=0.05)


def created(run: Outcome) -> list[Planned]:
    return [plan for plan in run.of(Planned) if plan.operation == "createSession"]


def test_customers_come_at_the_moments_that_were_planned(tmp_path: Path):
    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, PLAN)
        sessions = target.requests("createSession")

    plans = created(run)
    assert run.error is None
    assert len(plans) == len(sessions) == 60
    moments = [(plan.at - plans[0].at) / 1e9 for plan in plans]
    assert moments == pytest.approx(list(arrivals(20, 3, steady())), abs=1e-6)
    assert len({plan.customer for plan in plans}) == 60


def frozen(target: Sandbox, for_s: float) -> Callable[[Progress], None]:
    """Stops the sandbox's process when the first customers have come, and lets it go on after a while."""
    since: list[float] = []

    def hear(progress: Progress) -> None:
        if not since and progress.customers:
            since.append(progress.elapsed_s)
            target.child.signal(signal.SIGSTOP)
        elif since and progress.elapsed_s - since[0] >= for_s:
            target.child.signal(signal.SIGCONT)

    return hear


def test_they_come_whether_or_not_the_target_answers(tmp_path: Path):
    plan = replace(PLAN, duration_s=5)
    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, plan, on_progress=frozen(target, 1.5))

    plans = created(run)
    measured = measure(run.events, 5)
    assert len(plans) == 100
    assert [(plan.at - plans[0].at) / 1e9 for plan in plans] == pytest.approx(list(arrivals(20, 5, steady())), abs=1e-6)
    # It stood still for a second at least, and who came then waited for as long as was left of it.
    assert measured.latencies["session"].max > 700
    assert measured.sessions["missed"] == 0


def test_who_finds_no_connection_until_the_end_is_planned_and_missed(tmp_path: Path):
    plan = replace(PLAN, connections=2, duration_s=4)
    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, plan, on_progress=frozen(target, 6))

    counts = measure(run.events, 5).sessions
    assert counts["planned"] == 80
    assert counts["missed"] > 10
    assert counts["planned"] == counts["sent"] + counts["missed"]


@pytest.mark.parametrize(
    "plan",
    [
        LoadPlan(scenario="arrivals"),
        LoadPlan(scenario="conversations", arrival_rate=5),
        LoadPlan(scenario="arrivals", arrival_rate=0),
        LoadPlan(scenario="arrivals", arrival_rate=float("nan")),
        LoadPlan(scenario="arrivals", arrival_rate=1e9),
    ],
)
def test_a_plan_that_is_neither_open_nor_closed_is_refused(plan: LoadPlan, tmp_path: Path):
    with Interrupt() as interrupt, pytest.raises(UsageError):
        run_load(profile_for("http://127.0.0.1:9"), tmp_path, "run-1", plan, interrupt=interrupt)

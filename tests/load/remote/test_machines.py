"""A run from several machines is one run: exact against the truth, whatever their clocks say and whoever dies."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import CouldNotRun, UsageError
from harness.events import Acked, Compared, Died, Replied
from harness.load.plan import LoadPlan, Progress
from harness.load.run import run_load
from harness.measurement import measure
from harness.processes.interrupt import Interrupt
from harness.verdict import judge_validity
from tests.load.remote.machines import APART_S, Machine, clocks_can_differ, meeting
from tests.load.running import PATIENCE_S, QUICK, carry_out, nothing_is_left, profile_for, sandbox
from tests.load.test_workers import reconciles

SECOND = 1_000_000_000
TWO = LoadPlan(customers=12, duration_s=4, spawn_s=0.5, think_s=0.2, workers=2, sinks=2)
LONG = replace(TWO, duration_s=60)


def url(where) -> str:
    return f"http://{where.host}:{where.port}"


@pytest.mark.parametrize(
    "plan", [TWO, replace(TWO, scenario="arrivals", customers=0, arrival_rate=10.0)], ids=["closed", "open"]
)
def test_two_machines_reconcile_with_the_truth_though_their_clocks_are_hours_apart(tmp_path: Path, plan: LoadPlan):
    where = meeting()
    with (
        sandbox(*QUICK) as target,
        Machine(url(where), tmp_path, 1) as one,
        Machine(url(where), tmp_path, 2) as other,
    ):
        run = carry_out(profile_for(target.base_url), tmp_path / "run", plan, meeting=where)
        assert (run.error, run.ended.ending) == (None, "completed")
        reconciles(run, target)
        assert [machine.child.wait(PATIENCE_S) for machine in (one, other)] == [0, 0]

    measured = measure(run.events, 5.0)
    assert measured.replies["answered"] == measured.messages["accepted"] == measured.replies["first"]
    reply = measured.latencies["reply"]
    assert reply is not None
    # A clock that was taken for ours, or a sign that was wrong, would be off by hours.
    assert 0 < reply.min < reply.max < PATIENCE_S * 1000
    clocks = {clock.process: clock for clock in run.of(Compared)}
    assert set(clocks) == {"customers-1", "customers-2"}
    if clocks_can_differ():
        offsets = sorted(clock.offset_ns for clock in clocks.values())
        bound = max(clock.bound_ns for clock in clocks.values())
        assert offsets == [pytest.approx(-n * APART_S * SECOND, abs=bound) for n in (2, 1)]


def test_a_machine_that_is_unplugged_is_told_and_the_other_goes_on(tmp_path: Path):
    where = meeting()
    cut: list[int] = []
    after: list[int] = []

    with sandbox(*QUICK) as target, Machine(url(where), tmp_path, 1) as one, Machine(url(where), tmp_path, 2):

        def on_progress(progress: Progress) -> None:
            if progress.answered > 5 and not cut:
                one.unplug()
                cut.append(progress.answered)
            after.append(progress.answered)

        plan = replace(TWO, duration_s=16)
        run = carry_out(profile_for(target.base_url), tmp_path / "run", plan, on_progress, meeting=where)
        assert (run.error, run.ended.ending) == (None, "completed")
        delivered, sent = len(target.delivered()), len(target.requests("sendMessage"))

    (death,) = run.of(Died)
    assert death.process.startswith("load generator ")
    assert death.how == "not heard of for 10 s"
    measured = measure(run.events, 5.0)
    assert judge_validity(measured).verdict == "degraded"
    assert len(run.of(Replied)) == delivered
    # What it wrote in its last moment died with it; its twelve customers have one message each in flight.
    assert 0 <= sent - measured.messages["sent"] <= 3 * TWO.customers
    assert after[-1] > cut[0], "nobody went on"


def test_an_interrupt_reaches_the_customers_of_all_machines(tmp_path: Path):
    where = meeting()
    wished: list[bool] = []
    with (
        sandbox(*QUICK) as target,
        Machine(url(where), tmp_path, 1) as one,
        Machine(url(where), tmp_path, 2) as other,
    ):

        def on_progress(progress: Progress) -> None:
            if progress.answered > 5 and not wished:
                wished.append(True)
                signal.raise_signal(signal.SIGINT)

        run = carry_out(profile_for(target.base_url), tmp_path / "run", LONG, on_progress, meeting=where)
        assert (run.error, run.ended.ending) == (None, "interrupted")
        reconciles(run, target)
        assert [machine.child.wait(PATIENCE_S) for machine in (one, other)] == [0, 0]
    assert not run.of(Died)
    assert nothing_is_left()


def test_a_worker_who_leaves_is_told(tmp_path: Path):
    where = meeting()
    left: list[bool] = []
    with sandbox(*QUICK) as target, Machine(url(where), tmp_path, 1) as one, Machine(url(where), tmp_path, 2):

        def on_progress(progress: Progress) -> None:
            if progress.answered > 5 and not left:
                one.harness().send_signal(signal.SIGINT)
                left.append(True)

        run = carry_out(profile_for(target.base_url), tmp_path / "run", TWO, on_progress, meeting=where)
        assert one.child.wait(PATIENCE_S) == 130
        reconciles(run, target)

    assert [death.how for death in run.of(Died)] == ["left before the end"]


def test_workers_whose_master_is_gone_end_and_keep_what_they_have(tmp_path: Path):
    """The command on the master's machine dies at once, by a KeyboardInterrupt that nobody waits for."""
    where = meeting()
    with sandbox(*QUICK) as target, Machine(url(where), tmp_path, 1) as one, Machine(url(where), tmp_path, 2) as other:

        def on_progress(progress: Progress) -> None:
            if progress.answered > 5:
                raise KeyboardInterrupt

        run = carry_out(profile_for(target.base_url), tmp_path / "run", LONG, on_progress, meeting=where)
        assert run.ended.ending == "interrupted"
        codes = [machine.child.wait(PATIENCE_S) for machine in (one, other)]

    assert None not in codes
    parts = [list((machine.folder / "parts").glob("load-customers-*.ndjson")) for machine in (one, other)]
    assert [len(found) for found in parts] == [1, 1]
    assert any(b"acked" in path.read_bytes() for (path,) in parts)
    assert run.of(Acked)


def test_a_worker_with_another_token_is_turned_away(tmp_path: Path):
    where = meeting(patience_s=6.0)
    with sandbox(*QUICK) as target, Machine(url(where), tmp_path, 1, token="wrong") as stranger:
        run = carry_out(profile_for(target.base_url), tmp_path / "run", replace(TWO, workers=1), meeting=where)
        code = stranger.child.wait(PATIENCE_S)

    assert isinstance(run.error, CouldNotRun)
    assert "0 of 1 workers came" in str(run.error)
    assert code == 2
    assert "turned this worker away: the join token is missing or wrong" in stranger.child.last_words


@pytest.mark.parametrize(
    ("plan", "embedded", "complaint"),
    [(TWO, True, "--base-url"), (LoadPlan(), False, "--workers"), (replace(TWO, web=True), False, "--web")],
)
def test_a_meeting_that_cannot_be_is_refused(tmp_path: Path, plan: LoadPlan, embedded: bool, complaint: str):
    profile = replace(profile_for("http://127.0.0.1:9"), embedded=embedded)

    with pytest.raises(UsageError, match=complaint):
        run_load(profile, tmp_path, "run-1", plan, interrupt=Interrupt(), meeting=meeting())

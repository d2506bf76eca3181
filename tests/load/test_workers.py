"""Several workers and several sinks are one run: nothing is counted twice, nothing is lost, and who dies is told."""

import os
import signal
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from harness.errors import ChildDied, UsageError
from harness.events import Acked, Died, Event, Planned, Replied
from harness.load.plan import LoadPlan, Progress
from harness.load.run import run_load
from harness.measurement import measure
from harness.pairing import pair
from harness.processes.interrupt import Interrupt
from harness.recording.reader import read_run
from harness.sparse import SparseHistogram
from harness.verdict import judge_validity
from tests.load.running import (
    QUICK,
    Outcome,
    Sandbox,
    carry_out,
    child_process,
    nothing_is_left,
    profile_for,
    sandbox,
)

TWO = LoadPlan(customers=12, duration_s=4, spawn_s=0.5, think_s=0.2, workers=2, sinks=2)
OPEN = replace(TWO, scenario="arrivals", customers=0, arrival_rate=10.0, think_s=0.05)


def reconciles(run: Outcome, target: Sandbox) -> None:
    """Every message that the target accepted, and every reply that it delivered, is in the journal once."""
    accepted = [event for event in run.of(Acked) if event.session is None]
    sessions = [event.session for event in run.of(Acked) if event.session is not None]
    messages = [e for e in target.requests("sendMessage") if e["status"] == 200]
    assert len({event.request for event in accepted}) == len(accepted) == len(messages) > 0
    assert Counter(sessions) == Counter(e["session"] for e in target.requests("createSession"))
    assert len(run.of(Replied)) == len(target.delivered()) == len(messages)


@pytest.mark.parametrize("plan", [TWO, OPEN], ids=["closed", "open"])
def test_two_workers_and_two_sinks_reconcile_with_the_truth(tmp_path: Path, plan: LoadPlan):
    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, plan)
        assert (run.error, run.ended.ending) == (None, "completed")
        reconciles(run, target)

    measured = measure(run.events, 5.0)
    assert measured.replies["answered"] == measured.messages["accepted"] == measured.replies["first"]
    assert (measured.deaths, judge_validity(measured).verdict != "invalid") == ([], True)
    for part in ("customers-1", "customers-2", "sink-1", "sink-2"):
        assert (tmp_path / "parts" / f"load-{part}.ndjson").read_text().count("\n") > 5, part
    customers = {event.customer for event in run.of(Planned)}
    assert customers >= {f"c{number}" for number in range(1, 13)}
    if plan.is_open:
        sessions = measured.sessions
        assert sessions["planned"] == 40
        assert sessions["missed"] == 0
    assert nothing_is_left()


def test_the_histograms_of_the_workers_merge_into_that_of_all_count_for_count(tmp_path: Path):
    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, TWO)

    parts = {part.header.role: part.events for part in read_run(tmp_path)}
    arrivals = [event for role, events in parts.items() if role.startswith("sink") for event in events]
    merged = SparseHistogram()
    for role in ("customers-1", "customers-2"):
        # What a worker knows: its own events, and those arrivals that are for its own sessions.
        own = {event.session for event in parts[role] if isinstance(event, Acked)}
        heard = [event for event in arrivals if isinstance(event, Replied) and event.session in own]
        merged.merge(replies_of([*parts[role], *heard]))

    assert merged.to_json() == replies_of(run.events).to_json()
    assert merged.count == len(run.of(Replied)) > 20


def replies_of(events: list[Event]) -> SparseHistogram:
    histogram = SparseHistogram()
    for paired in pair(sorted(events, key=lambda event: event.at), 5.0, 0).messages:
        if paired.replied is not None:
            histogram.record(paired.replied - paired.message.sent)
    return histogram


def kill(marker: str, once: list[float]) -> None:
    process = child_process(marker)
    if process is not None and not once:
        once.append(time.monotonic())
        process.send_signal(signal.SIGKILL)


def test_a_worker_that_is_killed_is_told_and_the_other_goes_on(tmp_path: Path):
    killed: list[float] = []
    after: list[int] = []

    def on_progress(progress: Progress) -> None:
        if progress.answered > 5:
            kill("--worker", killed)
            after.append(progress.answered)

    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, TWO, on_progress)
        assert (run.error, run.ended.ending) == (None, "completed")
        delivered, accepted = len(target.delivered()), len(target.requests("sendMessage"))

    measured = measure(run.events, 5.0)
    (death,) = run.of(Died)
    assert (death.process, death.how) == ("load generator 1", "killed by SIGKILL")
    assert judge_validity(measured).verdict == "degraded"
    assert "load generator 1 died" in judge_validity(measured).reasons[0]
    assert len(run.of(Replied)) == delivered
    assert measured.messages["sent"] == accepted
    assert measured.messages["accepted"] + measured.messages["unfinished"] == accepted
    assert measured.messages["unfinished"] <= TWO.customers
    assert after[-1] > after[0], "nobody went on"


def test_a_sink_that_is_killed_is_told_and_the_other_takes_its_calls(tmp_path: Path):
    killed: list[float] = []

    def on_progress(progress: Progress) -> None:
        if progress.answered > 5:
            kill("harness.sink", killed)

    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, TWO, on_progress)

    (death,) = run.of(Died)
    assert (run.error, death.process, death.how) == (None, "webhook sink 1", "killed by SIGKILL")
    later = [event for event in run.of(Replied) if event.at > death.at]
    assert later
    assert judge_validity(measure(run.events, 5.0)).verdict == "degraded"


@pytest.mark.parametrize("marker", ["--master", "--worker"])
def test_without_a_master_or_any_worker_there_is_no_run(tmp_path: Path, marker: str):
    def on_progress(progress: Progress) -> None:
        if progress.answered > 5:
            for process in psutil.Process().children(recursive=True):
                if marker in process.cmdline():
                    process.kill()

    with sandbox(*QUICK) as target:
        began = time.monotonic()
        run = carry_out(profile_for(target.base_url), tmp_path, replace(TWO, duration_s=60), on_progress)
        assert time.monotonic() - began < 40

    assert isinstance(run.error, ChildDied)
    assert run.ended.ending == "died"
    assert measure(run.events, 5.0).replies["answered"] > 0
    assert nothing_is_left()


def test_an_interrupt_lets_the_customers_of_all_workers_finish(tmp_path: Path):
    def on_progress(progress: Progress) -> None:
        if progress.answered > 5:
            os.kill(os.getpid(), signal.SIGINT)

    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, replace(TWO, duration_s=60), on_progress)
        assert run.ended.ending == "interrupted"
        reconciles(run, target)

    assert measure(run.events, 5.0).messages["failed"] == 0
    assert nothing_is_left()


@pytest.mark.parametrize(
    ("plan", "complaint"),
    [(replace(TWO, customers=1), "each worker takes at least one"), (replace(TWO, sinks=0), "at least 1 sink")],
)
def test_a_plan_that_cannot_be_divided_is_refused(tmp_path: Path, plan: LoadPlan, complaint: str):
    with Interrupt() as interrupt, pytest.raises(UsageError, match=complaint):
        run_load(profile_for("http://127.0.0.1:9"), tmp_path, "r", plan, interrupt=interrupt)


def test_a_worker_that_stands_still_makes_the_run_invalid_though_nothing_it_sent_was_late(tmp_path: Path):
    stopped: list[float] = []

    def on_progress(progress: Progress) -> None:
        worker = child_process("--worker")
        if progress.answered > 5 and worker is not None and not stopped:
            stopped.append(time.monotonic())
            worker.suspend()
            threading.Timer(2.5, worker.resume).start()

    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, TWO, on_progress)

    measured = measure(run.events, 5.0)
    assert (run.error, set(measured.frozen_s)) == (None, {"customers-1"})
    assert 2.0 < measured.frozen_s["customers-1"] < 10.0
    validity = judge_validity(measured)
    assert validity.verdict == "invalid"
    assert any("the customers-1 process stood still for" in reason for reason in validity.reasons)

"""However a run ends, its journal tells the truth about it, nobody is cut off without need, and nothing is left."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from harness.errors import ChildDied, SinkDied, UsageError
from harness.events import Acked, Failed, Planned, Refused, Sent
from harness.load.outcome import CUT_OFF
from harness.load.plan import LoadPlan, Progress
from harness.load.run import run_load
from harness.measurement import measure
from harness.processes.child import Child
from harness.processes.interrupt import Interrupt
from harness.recording.reader import read_run
from harness.result import result_of
from tests.load.running import (
    CLIENT_ID,
    KEY,
    Outcome,
    carry_out,
    child_process,
    nothing_is_left,
    profile_for,
    sandbox,
    until,
)

SLOW_REPLIES = ("--reply-median", "0.7", "--reply-sigma", "0.2")
PLAN = LoadPlan(customers=10, duration_s=60, spawn_s=1, think_s=0.3)


def once_there_are_replies(act: Callable[[], object]) -> Callable[[Progress], None]:
    done: list[bool] = []

    def look(progress: Progress) -> None:
        if progress.answered and not done:
            done.append(True)
            act()

    return look


def every_request_has_one_outcome(run: Outcome) -> bool:
    settled = [e.request for e in run.of(Acked, Refused, Failed)]
    return sorted(settled) == sorted(e.request for e in run.of(Sent)) == sorted(e.request for e in run.of(Planned))


def send_to_self(*signals: signal.Signals) -> Callable[[], None]:
    def send() -> None:
        for number in signals:
            os.kill(os.getpid(), number)

    return send


def test_an_interrupted_run_waits_for_the_replies_it_is_owed(tmp_path: Path):
    with sandbox(*SLOW_REPLIES) as target:
        look = once_there_are_replies(send_to_self(signal.SIGINT))
        run = carry_out(profile_for(target.base_url), tmp_path, PLAN, on_progress=look)

    measured = measure(run.events, 5)
    assert run.error is None
    assert run.ended.ending == "interrupted"
    assert every_request_has_one_outcome(run)
    assert measured.replies["answered"] == measured.messages["accepted"] == measured.messages["sent"] > 0
    assert nothing_is_left()


def test_no_accepted_message_is_given_up_before_its_reply_timeout(tmp_path: Path):
    with sandbox("--fault", "no-webhook") as target:
        interrupted: list[Progress] = []

        def look(progress: Progress) -> None:
            if progress.waiting >= 5 and not interrupted:
                interrupted.append(progress)
                os.kill(os.getpid(), signal.SIGTERM)

        run = carry_out(profile_for(target.base_url, reply_timeout=2), tmp_path, PLAN, on_progress=look)

    measured = measure(run.events, 2)
    assert run.ended.ending == "interrupted"
    assert measured.replies["unsettled"] == 0
    assert measured.replies["lost"] == measured.messages["accepted"] >= 5


def test_a_run_whose_time_is_over_waits_for_the_replies_it_is_owed(tmp_path: Path):
    with sandbox(*SLOW_REPLIES) as target:
        plan = LoadPlan(customers=10, duration_s=2, think_s=0.1)
        run = carry_out(profile_for(target.base_url), tmp_path, plan)

    measured = measure(run.events, 5)
    assert run.ended.ending == "completed"
    assert every_request_has_one_outcome(run)
    assert measured.replies["answered"] == measured.messages["accepted"] == measured.messages["sent"] > 0


def test_a_second_signal_ends_everything_at_once(tmp_path: Path):
    with sandbox(*SLOW_REPLIES) as target:
        look = once_there_are_replies(send_to_self(signal.SIGINT, signal.SIGINT))
        run = carry_out(profile_for(target.base_url), tmp_path, PLAN, on_progress=look)

    assert isinstance(run.error, KeyboardInterrupt)
    assert run.ended.ending == "interrupted"
    assert nothing_is_left()


def test_when_locust_is_killed_the_replies_to_what_was_accepted_are_still_heard(tmp_path: Path):
    with sandbox(*SLOW_REPLIES) as target:
        look = once_there_are_replies(lambda: child_process("harness.load.locust_process").kill())
        run = carry_out(profile_for(target.base_url), tmp_path, PLAN, on_progress=look)

    measured = measure(run.events, 5)
    assert isinstance(run.error, ChildDied)
    assert "SIGKILL" in str(run.error)
    assert run.ended.ending == "died"
    assert "SIGKILL" in run.ended.reason
    assert measured.replies["answered"] == measured.messages["accepted"] > 0
    assert nothing_is_left()


def test_when_the_sink_is_killed_the_run_ends_and_says_so(tmp_path: Path):
    with sandbox(*SLOW_REPLIES) as target:
        look = once_there_are_replies(lambda: child_process("harness.sink").kill())
        run = carry_out(profile_for(target.base_url), tmp_path, PLAN, on_progress=look)

    assert isinstance(run.error, SinkDied)
    assert run.ended.ending == "died"
    assert "sink" in run.ended.reason
    assert every_request_has_one_outcome(run)
    assert nothing_is_left()


def test_when_the_embedded_sandbox_is_killed_the_caller_ends_the_run(tmp_path: Path):
    with sandbox(*SLOW_REPLIES) as target:

        def watch() -> None:
            if target.child.exit_code is not None:
                raise ChildDied("the sandbox is gone")

        look = once_there_are_replies(lambda: target.child.signal(signal.SIGKILL))
        run = carry_out(profile_for(target.base_url), tmp_path, PLAN, on_progress=look, watch=watch)

    assert isinstance(run.error, ChildDied)
    assert (run.ended.ending, run.ended.reason) == ("died", "the sandbox is gone")
    assert nothing_is_left()


def test_a_target_that_dies_is_told_as_failures_and_is_not_hammered(tmp_path: Path):
    with sandbox("--reply-median", "0.05") as target:
        look = once_there_are_replies(lambda: target.child.signal(signal.SIGKILL))
        plan = LoadPlan(customers=10, duration_s=4, think_s=0)
        run = carry_out(profile_for(target.base_url, reply_timeout=1), tmp_path, plan, on_progress=look)

    failed = run.of(Failed)
    assert run.ended.ending == "completed"
    assert {e.reason for e in failed} <= {
        "the connection was refused",
        "the connection was closed before an answer came",
        CUT_OFF,
    }
    assert 10 <= len(failed) <= 100


def test_when_the_command_is_killed_nothing_of_its_run_goes_on(tmp_path: Path):
    code = f"""
from pathlib import Path
from harness.load.plan import LoadPlan
from harness.load.run import run_load
from harness.processes.interrupt import Interrupt
from harness.profile import resolve
import os, sys
profile = resolve({{"base_url": sys.argv[1], "client_id": "{CLIENT_ID}"}}, os.environ, {{}})
tell = lambda progress: progress.answered and print("there are replies", flush=True)
with Interrupt() as interrupt:
    run_load(profile, Path(sys.argv[2]), "r", LoadPlan(customers=5), interrupt=interrupt, on_progress=tell)
"""
    with sandbox("--reply-median", "0.05") as target:
        argv = [sys.executable, "-c", code, target.base_url, str(tmp_path)]
        command = Child("command", argv, environment={"HARNESS_API_KEY": KEY})
        until(lambda: "there are replies" in command.last_words)
        family = psutil.Process(command.pid).children(recursive=True)
        assert len(family) >= 2

        command.signal(signal.SIGKILL)
        until(lambda: not any(process.is_running() and process.status() != "zombie" for process in family))
        command.stop()


def test_a_run_whose_target_is_too_slow_ends_early_and_its_journal_says_why(tmp_path: Path):
    with sandbox(*SLOW_REPLIES) as target:
        objectives = ["reply_p50<100ms over 2s", "lost<1%"]
        run = carry_out(profile_for(target.base_url, objectives=objectives), tmp_path, replace(PLAN, abort_early=True))

    result = result_of(read_run(tmp_path))
    missed = result["load"]["objectives"][0]
    assert run.error is None
    assert run.ended.ending == "aborted"
    assert every_request_has_one_outcome(run)
    assert run.told[-1].elapsed_s < PLAN.duration_s
    assert (result["verdict"], result["exit_code"], result["interrupted"]) == ("fail", 1, False)
    assert result["load"]["aborted"] == {
        "objective": "reply_p50<100ms over 2s",
        "window_s": 2,
        "at_s": result["load"]["aborted"]["at_s"],
        "value": result["load"]["aborted"]["value"],
        "unit": "ms",
        "confirmed": True,
    }
    assert missed["value"] >= result["load"]["aborted"]["value"] > 100
    assert nothing_is_left()


@pytest.mark.parametrize(
    ("objective", "told"),
    [
        ("lost<1%", "takes an objective with a window"),
        ("misrouted<=0 over 5s", "takes an objective with a window"),
        ("lost<1% over 60s", "no such window in it"),
    ],
)
def test_a_run_that_can_not_judge_a_window_does_not_begin(objective: str, told: str, tmp_path: Path):
    profile = profile_for("http://127.0.0.1:9", objectives=[objective])
    with Interrupt() as interrupt, pytest.raises(UsageError, match=told):
        run_load(profile, tmp_path, "run-1", replace(PLAN, abort_early=True), interrupt=interrupt)

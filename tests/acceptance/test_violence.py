"""Whatever is killed in mid-run: a truthful report, an honest exit code, nothing left running, no hang."""

import os
import signal

import pytest

from tests.acceptance.command import harness, running, until

LOAD = ("load", "conversations", "--customers", "20", "--duration", "40s", "--think", "0.3s")


def at_work(run) -> bool:
    return run.events("replied") >= 30


@pytest.mark.parametrize(
    ("victim", "told"),
    [("sink", "webhook sink"), ("sandbox", "embedded sandbox"), ("customers", "ocust")],
)
def test_a_part_of_a_load_run_that_is_killed_is_named_and_what_was_measured_is_reported(victim, told, tmp_path):
    with running(tmp_path / "run", *LOAD) as run:
        until(lambda: at_work(run))
        run.child(victim).kill()
        code, output = run.finish()

        result = run.result()
        assert code == 3, output
        assert result["verdict"] == "could_not_run"
        assert told in output
        assert told in result["phases"]["load"]["reason"]
        assert result["load"]["replies"]["answered"] >= 20
        assert (run.folder / "report.html").exists()
        assert run.strays() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_load_run_that_is_told_to_stop_ends_in_order_with_its_report(number, tmp_path):
    with running(tmp_path / "run", *LOAD) as run:
        until(lambda: at_work(run))
        os.kill(run.process.pid, number)
        code, output = run.finish()

        result = run.result()
        assert code == 130, output
        assert result["interrupted"]
        replies = result["load"]["replies"]
        assert replies["answered"] >= 20
        assert (replies["lost"], replies["unsettled"]) == (0, 0)
        assert run.strays() == []


def test_a_run_whose_command_is_killed_leaves_no_process_and_a_journal_that_can_be_judged(tmp_path):
    with running(tmp_path / "run", *LOAD) as run:
        until(lambda: at_work(run))
        run.family()
        run.process.kill()
        run.process.wait()
        assert run.strays() == []

    done = harness("report", str(tmp_path / "run"))

    assert done.returncode == 3, done.stdout + done.stderr
    assert run.result()["verdict"] == "could_not_run"
    assert run.result()["load"]["replies"]["answered"] >= 20


def test_a_gate_whose_command_is_killed_leaves_no_process(tmp_path):
    with running(tmp_path / "run", "conform", "--budget", "quick") as run:
        until(lambda: run.events("checked") >= 3)
        assert run.child("gate")
        run.process.kill()
        run.process.wait()

        assert run.strays() == []


@pytest.mark.parametrize("victim", ["sink", "sandbox", "gate"])
def test_a_part_of_the_gate_that_is_killed_ends_it_as_could_not_run(victim, tmp_path):
    with running(tmp_path / "run", "conform", "--budget", "quick") as run:
        until(lambda: run.events("checked") >= 3)
        run.child(victim).kill()
        code, output = run.finish()

        assert code == 3, output
        assert run.result()["verdict"] == "could_not_run"
        assert run.strays() == []


def test_a_gate_that_is_told_to_stop_leaves_its_report(tmp_path):
    with running(tmp_path / "run", "conform", "--budget", "quick") as run:
        until(lambda: run.events("checked") >= 3)
        os.kill(run.process.pid, signal.SIGTERM)
        code, output = run.finish()

        assert code == 130, output
        assert run.result()["interrupted"]
        assert run.strays() == []

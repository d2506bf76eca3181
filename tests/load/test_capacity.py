"""The search against real targets: it finds the limit that there is, and tells the truth wherever it ends."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetUnreachable, UsageError
from harness.events import Probed
from harness.journal import in_time
from harness.load.capacity import CapacityPlan, Probing, find_capacity, highest_of
from harness.load.conversation import MEAN_REQUESTS, Script
from harness.measurement import measure
from harness.processes.interrupt import Interrupt
from harness.recording.reader import read_run
from harness.result import result_of
from tests.load.running import QUICK, nothing_is_left, profile_for, sandbox

PLAN = CapacityPlan(probe_s=3, first=3, highest=12, tolerance=0.2, think_s=0.05)
LIMIT = 40.0


def test_a_conversation_has_as_many_requests_as_the_search_reckons_with() -> None:
    script = Script(1, 1.0)
    said = [len(script.conversation(number, 0).lines) for number in range(3000)]

    assert 1 + sum(said) / len(said) == pytest.approx(MEAN_REQUESTS, rel=0.02)


def test_the_rate_at_which_a_limited_target_begins_to_refuse_is_found(tmp_path: Path) -> None:
    objectives = ["limited<1%", "sessions_limited<1%", "lost<1%"]
    told: list[Probed] = []
    # What is sent late on a busy machine goes out at once, so that a small burst would refuse what is within the rate.
    with sandbox(*QUICK, "--rate-limit", str(LIMIT), "--burst", "30") as target, Interrupt() as interrupt:
        profile = profile_for(target.base_url, objectives=objectives)
        plan = replace(PLAN, first=6, tolerance=0.45)  # one step, one bisection, both confirmations
        find_capacity(profile, tmp_path, "run-1", plan, interrupt=interrupt, on_probe=told.append)

    result = result_of(read_run(tmp_path))
    capacity = result["capacity"]
    true = LIMIT / MEAN_REQUESTS
    assert (result["kind"], result["verdict"], result["exit_code"]) == ("load", "pass", 0)
    assert capacity["rate_per_s"] < 1.25 * true
    if capacity["bounded_by"] == "objective":  # and not a machine that is too busy for any of this
        assert capacity["rate_per_s"] > 0.65 * true
        assert capacity["limit_per_s"] > 0.8 * true
    assert [probe["number"] for probe in capacity["probes"]] == [probe.number for probe in told]
    for probe in capacity["probes"]:
        assert probe["messages"]["sent"] == pytest.approx(3 * probe["rate"] * (MEAN_REQUESTS - 1), rel=0.6)
        events = list(in_time(read_run(tmp_path / probe["folder"]), "load"))
        measured = measure(events, 5.0)
        # Whoever was accepted is answered before the next probe begins.
        assert measured.replies["unsettled"] == 0
    assert nothing_is_left()


def test_an_interrupted_search_tells_of_the_probes_that_came_to_their_end(tmp_path: Path) -> None:
    sent: list[int] = []

    def once(now: Probing) -> None:
        if not sent and now.number == 2 and now.run and now.run.answered:
            sent.append(now.number)
            os.kill(os.getpid(), signal.SIGTERM)

    with sandbox(*QUICK) as target, Interrupt() as interrupt:
        profile = profile_for(target.base_url)
        find_capacity(profile, tmp_path, "run-1", replace(PLAN, probe_s=2), interrupt=interrupt, on_progress=once)

    result = result_of(read_run(tmp_path))
    capacity = result["capacity"]
    assert (result["exit_code"], result["interrupted"]) == (130, True)
    assert [probe["rate"] for probe in capacity["probes"]] == [3]
    assert capacity["bounded_by"] in ("nothing", "harness")
    assert nothing_is_left()


def test_a_target_that_is_not_there_is_no_target_without_capacity(unused_port: int, tmp_path: Path) -> None:
    profile = profile_for(f"http://127.0.0.1:{unused_port}")
    with Interrupt() as interrupt, pytest.raises(TargetUnreachable):
        find_capacity(profile, tmp_path, "run-1", PLAN, interrupt=interrupt)

    result = result_of(read_run(tmp_path))
    assert (result["verdict"], result["capacity"]["probes"]) == ("could_not_run", [])


def settings(**given: Any) -> Any:
    return profile_for("http://127.0.0.1:9", **given)


def test_the_ceiling_on_requests_bounds_the_rate_of_customers() -> None:
    unbound = replace(PLAN, highest=None)

    highest, by = highest_of(settings(max_rate=200), unbound)
    assert by == "max_rate"
    assert highest * MEAN_REQUESTS < 200
    assert highest_of(settings(max_rate=200), replace(PLAN, highest=2.0)) == (2.0, "arrival_rate")
    assert highest_of(settings(max_rate=200), replace(PLAN, highest=500.0)) == (highest, "max_rate")


def test_a_foreign_target_is_not_searched_without_a_bound(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--max-rate"):
        highest_of(settings(), replace(PLAN, highest=None))


def test_a_window_that_is_longer_than_a_probe_is_refused(tmp_path: Path) -> None:
    with Interrupt() as interrupt, pytest.raises(UsageError, match="--probe-duration"):
        find_capacity(settings(objectives=["lost<1% over 30s"]), tmp_path, "run-1", PLAN, interrupt=interrupt)

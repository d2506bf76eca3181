"""A load run and the target's own ground truth tell the same story, to the last message."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from harness.errors import CredentialsRefused, TargetUnreachable, UsageError
from harness.events import Acked, Began, Failed, Gauged, Limited, Planned, Refused, Replied, Sent
from harness.load.plan import LoadPlan
from harness.load.run import run_load
from harness.measurement import measure
from harness.processes.interrupt import Interrupt
from harness.secret import Secret
from tests.load.running import (
    KEY,
    QUICK,
    carry_out,
    child_process,
    nothing_is_left,
    profile_for,
    sandbox,
)


def test_every_figure_of_a_run_agrees_with_the_ground_truth(tmp_path: Path):
    arguments: list[str] = []

    def look(_: object) -> None:
        for marker in ("locust", "harness.sink"):
            process = child_process(marker)
            if process is not None:
                arguments.extend(process.cmdline())

    with sandbox(*QUICK) as target:
        profile = profile_for(target.base_url)
        run = carry_out(profile, tmp_path, LoadPlan(customers=20, duration_s=4, think_s=0.2), on_progress=look)
        messages, sessions = target.requests("sendMessage"), target.requests("createSession")
        delivered = target.delivered()

    measured = measure(run.events, profile.reply_timeout)
    assert run.error is None
    assert run.ended.ending == "completed"
    assert measured.messages["accepted"] > 100
    assert measured.messages["accepted"] == measured.messages["sent"] == len(messages)
    assert measured.sessions["accepted"] == measured.sessions["sent"] == len(sessions)
    assert {e.session for e in run.of(Acked) if e.session} == {entry["session"] for entry in sessions}
    assert Counter(e.session for e in run.of(Replied)) == Counter(entry["session"] for entry in delivered)
    assert measured.replies["answered"] == measured.replies["first"] == len(delivered) == len(messages)
    assert len({e.customer for e in run.of(Planned)}) == 20

    (began,) = run.of(Began)
    assert began.settings["customers"] == 20
    assert began.settings["reply_timeout_s"] == 5
    assert {"customers.cpu_percent", "harness.cpu_percent", "sink.cpu_percent", "sink.lag_ms"} <= {
        f"{e.source}.{e.name}" for e in run.of(Gauged)
    }
    assert run.told[-1].answered == len(messages)
    assert run.told[-1].waiting == 0

    assert arguments
    assert KEY not in " ".join(arguments)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 4
    assert not [path for path in written if KEY.encode() in path.read_bytes()]
    assert nothing_is_left()


def test_each_request_is_planned_sent_and_settled_exactly_once_in_this_order(tmp_path: Path):
    with sandbox(*QUICK, "--fault", "apostrophe-500") as target:
        run = carry_out(profile_for(target.base_url), tmp_path, LoadPlan(customers=20, duration_s=2, think_s=0.1))

    planned = {e.request: e.at for e in run.of(Planned)}
    sent = {e.request: e.at for e in run.of(Sent)}
    settled = {e.request: e.at for e in run.of(Acked, Refused, Limited, Failed)}
    assert len(run.of(Acked, Refused, Limited, Failed)) == len(settled)
    assert planned.keys() == sent.keys() == settled.keys()
    assert all(planned[name] <= sent[name] <= settled[name] for name in planned)
    assert {e.reason for e in run.of(Failed)} == {"HTTP 500"}


def test_a_session_has_one_message_in_flight_at_most(tmp_path: Path):
    with sandbox(*QUICK) as target:
        run = carry_out(profile_for(target.base_url), tmp_path, LoadPlan(customers=10, duration_s=2, think_s=0))

    waiting: Counter[str] = Counter()
    sessions = {e.request: e.session for e in run.of(Planned) if e.session}
    for event in run.of(Sent, Replied):
        session = event.session if isinstance(event, Replied) else sessions.get(event.request)
        waiting[session] += 1 if isinstance(event, Sent) else -1
        assert session is None or waiting[session] in (0, 1)
    assert len(sessions) > 100


def test_a_ceiling_is_kept_by_all_customers_together(tmp_path: Path):
    with sandbox(*QUICK) as target:
        profile = profile_for(target.base_url, max_rate=20)
        run = carry_out(profile, tmp_path, LoadPlan(customers=20, duration_s=3, think_s=0.1))
        received = sorted(e["received_ns"] for e in target.truth() if e["kind"] == "request")

    assert run.error is None
    assert 30 <= len(received) <= 85
    # In any second no more than the ceiling, and a few whose way was shorter than the others'.
    assert max(sum(1 for at in received if begin <= at < begin + 1e9) for begin in received) <= 25


def test_a_reply_that_never_comes_ends_its_conversation_and_is_not_waited_for_beyond_its_timeout(tmp_path: Path):
    with sandbox("--fault", "no-webhook") as target:
        profile = profile_for(target.base_url, reply_timeout=1)
        run = carry_out(profile, tmp_path, LoadPlan(customers=5, duration_s=3, think_s=0))

    sessions = [e.session for e in run.of(Planned) if e.session]
    assert run.error is None
    assert len(sessions) == len(set(sessions)) > 5
    assert measure(run.events, 1).replies["lost"] == len(sessions)
    assert "no reply in time" in (tmp_path / "logs" / "locust.log").read_text()


def test_a_session_that_is_gone_is_refused_and_the_customer_opens_another(tmp_path: Path):
    with sandbox(*QUICK, "--session-ttl", "0.4") as target:
        run = carry_out(profile_for(target.base_url), tmp_path, LoadPlan(customers=10, duration_s=3, think_s=0.5))

    refused = run.of(Refused)
    sessions = [e for e in run.of(Planned) if e.session is None]
    assert {(e.status, e.code) for e in refused} == {(404, "session_not_found")}
    assert len(sessions) > 10


def test_an_unreachable_target_is_told_before_anything_is_sent(tmp_path: Path, unused_port: int):
    run = carry_out(profile_for(f"http://127.0.0.1:{unused_port}"), tmp_path, LoadPlan(customers=1, duration_s=1))

    assert isinstance(run.error, TargetUnreachable)
    assert (run.ended.ending, run.of(Sent)) == ("died", [])
    assert nothing_is_left()


def test_a_refused_key_is_told_before_anything_is_sent(tmp_path: Path):
    with sandbox() as target:
        stranger = replace(profile_for(target.base_url), api_key=Secret("never-issued-key"))
        run = carry_out(stranger, tmp_path, LoadPlan(customers=1, duration_s=1))

    assert isinstance(run.error, CredentialsRefused)
    assert (run.ended.ending, run.of(Sent)) == ("died", [])


@pytest.mark.parametrize("plan", [LoadPlan(scenario="none"), LoadPlan(workers=-1), LoadPlan(customers=0)])
def test_a_plan_that_cannot_be_is_refused_before_anything_starts(tmp_path: Path, plan: LoadPlan):
    with pytest.raises(UsageError):
        run_load(profile_for("http://127.0.0.1:9"), tmp_path, "run-1", plan, interrupt=Interrupt())

    assert list(tmp_path.iterdir()) == []


def test_the_command_side_of_a_load_run_imports_neither_locust_nor_gevent():
    code = "import sys, harness.load.run; sys.exit(any(name in sys.modules for name in ('locust', 'gevent')))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_psutil_sees_what_these_tests_look_for():
    """Without this, "nothing is left" could mean that nothing was ever seen."""
    with sandbox() as target:
        children = [child.pid for child in psutil.Process().children(recursive=True)]

        assert child_process("harness sandbox") is not None
        assert child_process("a process that nobody has started") is None
        assert target.child.pid in children

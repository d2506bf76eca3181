"""The gate against real sandboxes: green where the contract is kept, red with the right name where it is not."""

import contextlib
import dataclasses
import threading

import psutil
import pytest

from harness.conformance.gate import list_requirements, run_gate
from harness.errors import CredentialsRefused, SinkDied, TargetUnreachable, UsageError
from harness.events import Checked
from harness.secret import Secret
from tests.conformance.conftest import NoWish, Verdicts

FAULTS = {
    "auth-off": "AUTH-1",
    "wrong-error-code": "MSG-3",
    "missing-user-id": "SES-1",
    "apostrophe-500": "SES-5",
    "no-webhook": "RPL-1",
    "misrouted": "RPL-3",
}


class Wish(NoWish):
    """Comes true when somebody sets it."""

    def __init__(self):
        self._set = threading.Event()

    @property
    def requested(self):
        return self._set.is_set()

    def make(self):
        self._set.set()

    def wait(self, seconds):
        return self._set.wait(seconds)


def gate_processes(word):
    """This test's living children whose command line has the word, but for the sandbox."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a killed one may not be waited for yet
            command = " ".join(child.cmdline())
            if word in command and "harness sandbox" not in command:
                found.append(child)
    return found


@pytest.mark.parametrize(("fault", "requirement"), FAULTS.items())
def test_a_fault_turns_the_requirement_red_that_it_breaks(sandbox, tmp_path, fault, requirement):
    profile = sandbox("--seed", "3", "--fault", fault, reply_timeout=1.0)

    run_gate(profile, tmp_path, "r1", interrupt=NoWish(), only=[requirement])

    assert requirement in Verdicts(tmp_path).with_outcome("fail")


def test_what_only_judges_is_given_what_all_others_do_and_these_are_not_told(sandbox, tmp_path):
    profile = sandbox("--seed", "3", "--fault", "status-wrong-in-404", reply_timeout=1.0)

    run_gate(profile, tmp_path, "r1", interrupt=NoWish(), only=["ERR-2"])

    [told] = Verdicts(tmp_path).checked
    assert (told.requirement, told.outcome) == ("ERR-2", "fail")
    assert told.exercised > 500


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 11])
def test_a_faithful_target_is_green_with_every_seed(sandbox, tmp_path, seed):
    profile = sandbox(
        *("--seed", str(seed), "--session-ttl", "8", "--handover-phrase", "speak to a human"),
        seed=seed,
        session_ttl=8.0,
        handover_phrases=("speak to a human",),
    )

    run_gate(profile, tmp_path, "r1", interrupt=NoWish())

    verdicts = Verdicts(tmp_path)
    assert [event for event in verdicts.checked if event.outcome in ("fail", "could_not_run")] == []
    not_tried = {r.id for r in list_requirements() if r.checks} - verdicts.with_outcome("pass")
    assert {name for name in not_tried if not name.startswith("OBS-")} == {"RATE-1", "RATE-2", "RATE-3", "RATE-4"}
    assert [event.ending for event in verdicts.ended] == ["completed"]


@pytest.mark.slow
def test_a_target_that_limits_is_paced_and_passes(sandbox, tmp_path):
    profile = sandbox("--seed", "4", "--rate-limit", "20")
    only = ["AUTH-1", "SES-1", "SES-2", "RPL-1", "RATE-1", "RATE-2", "RATE-3", "RATE-4"]

    run_gate(profile, tmp_path, "r1", interrupt=NoWish(), only=only)

    verdicts = Verdicts(tmp_path)
    assert [event for event in verdicts.checked if event.outcome in ("fail", "could_not_run")] == []
    assert {"RATE-1", "RATE-2", "RATE-3", "RATE-4"} <= verdicts.with_outcome("pass")


def test_a_failure_carries_its_evidence_and_no_key(sandbox, tmp_path):
    profile = sandbox("--fault", "wrong-error-code", seed=5)

    run_gate(profile, tmp_path, "r1", interrupt=NoWish(), only=["MSG-3"])

    [failed] = [event for event in Verdicts(tmp_path).checked if event.outcome == "fail"]
    assert failed.evidence["reproduced"] is True
    assert failed.evidence["seed"] == 5
    assert failed.evidence["clause"].startswith("A session id that was never given out")
    assert "Authorization: Bearer $HARNESS_API_KEY" in failed.evidence["curl"]
    assert "HTTP 404" in failed.evidence["response"]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert profile.api_key.reveal().encode() not in kept


def test_verdicts_are_told_while_the_gate_runs(sandbox, tmp_path):
    told: list[Checked] = []

    run_gate(sandbox(), tmp_path, "r1", interrupt=NoWish(), on_event=told.append, only=["SES-1", "MSG-1"])

    assert told == Verdicts(tmp_path).checked
    assert {event.requirement for event in told} == {"SES-1", "MSG-1"}


def test_the_journal_holds_all_that_judging_needs(sandbox, tmp_path):
    run_gate(sandbox(seed=7), tmp_path, "r1", interrupt=NoWish(), only=["SES-1"])

    [began] = Verdicts(tmp_path).began
    assert began.settings["seed"] == 7
    assert began.settings["only"] == [row["id"] for row in began.settings["requirements"]] == ["SES-1"]
    assert set(began.settings["requirements"][0]) >= {"id", "level", "clause", "checks", "needs", "stands_in"}


def test_a_dead_target_is_told_in_one_line(sandbox, tmp_path):
    profile = dataclasses.replace(sandbox(), base_url="http://127.0.0.1:1")

    with pytest.raises(TargetUnreachable) as caught:
        run_gate(profile, tmp_path, "r1", interrupt=NoWish())

    assert "\n" not in str(caught.value)
    assert "http://127.0.0.1:1" in str(caught.value)


def test_a_wrong_key_is_told_in_one_line(sandbox, tmp_path):
    profile = dataclasses.replace(sandbox(), api_key=Secret("some-other-key"))

    with pytest.raises(CredentialsRefused) as caught:
        run_gate(profile, tmp_path, "r1", interrupt=NoWish())

    assert "HARNESS_API_KEY" in str(caught.value)
    assert "some-other-key" not in str(caught.value)


def test_a_requirement_that_is_none_is_told(sandbox, tmp_path):
    with pytest.raises(UsageError, match="SES-99"):
        run_gate(sandbox(), tmp_path, "r1", interrupt=NoWish(), only=["SES-1", "SES-99"])


def test_an_interrupted_gate_leaves_its_verdicts_and_no_process(sandbox, tmp_path):
    wish = Wish()

    run_gate(sandbox(), tmp_path, "r1", interrupt=wish, on_event=lambda _: wish.make())

    verdicts = Verdicts(tmp_path)
    assert verdicts.checked
    assert [event.ending for event in verdicts.ended] == ["interrupted"]
    assert gate_processes("harness.sink") == gate_processes("contracts") == []


def test_a_sink_that_dies_ends_the_gate(sandbox, tmp_path):
    def kill_the_sink(_):
        for sink in gate_processes("harness.sink"):
            sink.kill()

    with pytest.raises(SinkDied):
        run_gate(sandbox(), tmp_path, "r1", interrupt=NoWish(), on_event=kill_the_sink)

    assert [event.ending for event in Verdicts(tmp_path).ended] == ["died"]
    assert gate_processes("harness.sink") == gate_processes("contracts") == []

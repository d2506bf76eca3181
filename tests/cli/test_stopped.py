"""How a command ends that was stopped at once: what it exits with, what it says and what it wrote are the same."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli.outcome import Run, carry_out
from harness.events import Began, Ended
from harness.recording.reader import PARTS
from harness.recording.writer import JournalWriter, header_now

FLAGS = {"base_url": "http://127.0.0.1:9", "client_id": "the-tenant"}
SETTINGS = {"target": {"base_url": "http://127.0.0.1:9"}, "seed": 0, "budget": {"requests": 60, "seconds": 30.0}}


def ordered_to_stop(run: Run) -> None:
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)


def phase(run: Run, *, ends: bool) -> None:
    """A phase that leaves its journal behind, with its end or without."""
    part = run.folder / PARTS / "limits-inquiry.ndjson"
    with JournalWriter(part, header_now(run.run_id, "limits", "inquiry")) as journal:
        journal.write(Began(time.monotonic_ns(), time.time_ns(), "limits", SETTINGS))
        if ends:
            journal.write(Ended(time.monotonic_ns(), time.time_ns(), "limits", "completed"))


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("HARNESS_API_KEY", "the-tenants-key-5d41")

    def end(work: Callable[[Run], None]) -> int:
        with pytest.raises(SystemExit) as exit_:
            carry_out({**FLAGS, "report": str(tmp_path / "report")}, work)
        return int(exit_.value.code or 0)

    return end


@pytest.mark.parametrize("ends", [False, True], ids=["amid a phase", "between two"])
def test_a_second_signal_is_an_interruption_in_the_report_as_in_the_exit_code(ended, tmp_path, capsys, ends):
    def work(run: Run) -> None:
        phase(run, ends=ends)
        ordered_to_stop(run)

    assert ended(work) == 130
    result = json.loads((tmp_path / "report" / "result.json").read_text())
    assert (result["exit_code"], result["interrupted"]) == (130, True)
    said = capsys.readouterr()
    assert "stopped at once" in said.err
    assert "Interrupted:" in said.out
    assert "killed" not in said.out


def test_a_second_signal_before_anything_began_leaves_no_report(ended, tmp_path):
    assert ended(ordered_to_stop) == 130
    assert not (tmp_path / "report").exists()

"""The instrument is held against a sandbox's own log, and an error planted anywhere in it is found."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness import histogram, measurement, pairing
from harness.calibration import Score, scores, stall
from harness.cli import calibrate
from harness.cli.main import cli
from harness.events import Acked, Event, Replied
from harness.journal import Part
from harness.processes.interrupt import Interrupt
from harness.recording.reader import read_run
from harness.result import result_of

SHORT = replace(calibrate.FIGURES, customers=120, duration_s=6.0, spawn_s=0.5)
MS = 1_000_000


@dataclass(frozen=True)
class Recorded:
    """A run that was really made: its journal, and the truth."""

    parts: list[Part]
    truth: list[dict[str, Any]]

    def scores(self, change: Callable[[Event], Event] = lambda event: event) -> list[Score]:
        """Scored again, with each event changed first."""
        parts = [replace(part, events=tuple(map(change, part.events))) for part in self.parts]
        return scores(result_of(parts)["load"], self.truth)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("calibration") / "figures"
    with Interrupt() as interrupt:
        _, truth, _ = calibrate._measured(folder, "r", 1, SHORT, interrupt, *calibrate.KNOWN_DELAYS)
    return Recorded(read_run(folder), truth)


def off(found: Sequence[Score]) -> set[str]:
    return {score.figure for score in found if not score.holds}


def is_count(figure: str) -> bool:
    return "_p" not in figure


def test_every_count_is_exact_and_every_kind_of_reply_was_there(recorded: Recorded):
    counted = {score.figure: score for score in recorded.scores() if is_count(score.figure)}

    assert off([*counted.values()]) == set()
    came = {name for name, score in counted.items() if score.truth}
    assert came >= {"answered", "late", "first", "duplicate", "misrouted", "lost or unsettled", "messages accepted"}


def test_an_error_in_pairing_is_found(recorded: Recorded, monkeypatch: pytest.MonkeyPatch):
    rule = pairing.Pairer._arrive

    def forgiving(self: pairing.Pairer, session: Any, reply: Replied) -> Any:
        """Takes a reply that names another user for the session's own."""
        return rule(self, session, replace(reply, user=session.user) if session.known else reply)

    monkeypatch.setattr(pairing.Pairer, "_arrive", forgiving)

    assert {"misrouted", "first", "answered"} <= off(recorded.scores())


def test_a_duplicate_that_is_taken_for_more_of_an_answer_is_found(recorded: Recorded, monkeypatch: pytest.MonkeyPatch):
    rule = pairing.Pairer._arrive

    def generous(*given: Any) -> Any:
        return [replace(each, ended="further") if each.ended == "duplicate" else each for each in rule(*given)]

    monkeypatch.setattr(pairing.Pairer, "_arrive", generous)

    assert {"duplicate", "further"} <= off(recorded.scores())


def test_percentiles_rounded_as_coarsely_as_elsewhere_are_found(recorded: Recorded, monkeypatch: pytest.MonkeyPatch):
    record = histogram.Histogram.record

    def coarse(self: histogram.Histogram, nanoseconds: int) -> None:
        record(self, round(nanoseconds / (100 * MS)) * 100 * MS)

    monkeypatch.setattr(histogram.Histogram, "record", coarse)

    assert {"reply_p50", "response_p50"} & off(recorded.scores())


def test_a_latency_that_starts_at_the_wrong_moment_is_found(recorded: Recorded, monkeypatch: pytest.MonkeyPatch):
    rule = measurement.Measuring._time
    other = {"session": "response", "response": "reply", "reply": "session"}

    def swapped(self: measurement.Measuring, name: str, *times: int) -> None:
        rule(self, other[name], *times)

    monkeypatch.setattr(measurement.Measuring, "_time", swapped)

    assert {"reply_p50", "reply_p90"} <= off(recorded.scores())


@pytest.mark.parametrize("kind", [Replied, Acked])
def test_a_clock_that_is_off_is_found(recorded: Recorded, kind: type[Event]):
    figure = "reply_p50" if kind is Replied else "response_p50"

    found = recorded.scores(lambda event: replace(event, at=event.at + 20 * MS) if isinstance(event, kind) else event)

    assert figure in off(found)


def test_a_stalled_target_is_reckoned_from_the_plan():
    due = [number * 50 * MS for number in range(300)]
    load = {"session_from_plan_ms": {"p95": 2250.0}}

    score = stall(load, due, 5000 * MS, 8000 * MS)

    assert score.truth == pytest.approx(2250, abs=50)
    assert score.holds
    assert not stall({"session_from_plan_ms": {"p95": 17.0}}, due, 5000 * MS, 8000 * MS).holds
    assert not stall({"session_from_plan_ms": {"count": 0}}, due, 5000 * MS, 8000 * MS).holds


def test_the_command_tells_each_figure_and_leaves_the_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(calibrate, "FIGURES", replace(SHORT, customers=20, duration_s=4.0))
    monkeypatch.setattr(calibrate, "STALLED", replace(calibrate.STALLED, duration_s=5.0))
    monkeypatch.setattr(calibrate, "STALL_AFTER_S", 1.0)
    monkeypatch.setattr(calibrate, "STALL_S", 1.0)

    done = CliRunner().invoke(cli, ["calibrate", "--report", str(tmp_path / "report"), "--seed", "3"])

    told = json.loads((tmp_path / "report" / "calibration.json").read_text())
    every = [score for part in told["parts"] for score in part["scores"]]
    # What a busy machine does to percentiles is what it is for; counts are exact on any.
    assert done.exit_code == (0 if told["verdict"] == "true" else 4), done.output
    assert [score for score in every if is_count(score["figure"]) and not score["holds"]] == []
    assert all(score["figure"] in done.output for score in every)
    assert {part.parent.name for part in tmp_path.rglob("result.json")} == {"figures", "stall"}
    assert ("calibrate again" in done.output) == (told["verdict"] != "true")

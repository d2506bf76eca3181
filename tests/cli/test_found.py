"""A load run is held against what an earlier `harness limits` found, given its folder."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli.load import command as load_command
from harness.cli.twin import command as twin_command
from tests.acceptance.command import harness
from tests.load.running import CLIENT_ID, KEY, QUICK, sandbox

WINDOW = ("--limiter", "fixed-window limit=10 window=500ms headers=retry-after")
FOUND: dict[str, Any] = {
    "limited": True,
    "algorithm": "fixed_window_aligned",
    "quota": 10,
    "window_s": 0.5,
    "sustainable_per_s": 20.0,
    "bounds": {"window": [0.499, 0.501]},
    "scope": "key",
    "refusal": {"statuses": {"429": 31}},
}


@pytest.mark.parametrize("name", ["quota", "sustainable_per_s", "window_s", "bounds"])
@pytest.mark.parametrize("value", ["-1", "NaN", "1e999", "1" + 400 * "0", '"many"', "[0]", "[" * 9_000])
def test_a_result_that_was_edited_is_told_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    path = tmp_path / "result.json"
    broken = {**FOUND, name: "BROKEN"} if name != "bounds" else {**FOUND, "bounds": {"window": "BROKEN"}}
    told = json.dumps({"schema": "harness-result/1", "run_id": "r", "limits": {"requests_spent": 9, **broken}})
    path.write_text(told.replace('"BROKEN"', value))
    load = CliRunner().invoke(load_command, ["--limits", str(tmp_path)])
    assert load.exit_code == 2
    assert str(path) in load.output
    twin = CliRunner().invoke(twin_command, [str(tmp_path)])
    assert twin.exception is None or isinstance(twin.exception, SystemExit), twin.exception


@pytest.mark.parametrize(
    "edit",
    [
        {"window_s": None},
        {"algorithm": "sliding_counter", "window_s": None},
        {"algorithm": "penalty_block"},
        {"algorithm": "quantised_bucket"},
        {"algorithm": "quantised_bucket", "batch": 10**308, "interval_s": 1e-320},
        {"algorithm": "token_bucket|nonsense"},
        {"algorithm": "token_bucket", "sustainable_per_s": 1e-300},
        {"algorithm": "token_bucket", "quota": 1e308},
        {"quota": 0.5},
        {"quota": True},
        {"window_s": 1e308},
        {"window_s": 1e-300},
        {"bounds": {"window": [0.4]}},
        {"scope": ["key"]},
        {"refusal": {"statuses": {"-1": 1}}},
        {"refusal": {"statuses": [429]}},
    ],
)
def test_a_limiter_that_there_cannot_be_is_refused_before_anything_runs(tmp_path: Path, edit: dict[str, Any]) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"schema": "harness-result/1", "run_id": "r", "limits": {**FOUND, **edit}}))
    load = CliRunner().invoke(load_command, ["--limits", str(tmp_path), "--base-url", "http://127.0.0.1:9"])
    assert load.exit_code == 2
    assert f"{path}: that result was edited: limits" in load.output


def test_customers_of_several_processes_are_rude_and_the_limiter_is_the_one_that_was_found(tmp_path: Path) -> None:
    earlier, folder = tmp_path / "found", tmp_path / "report"
    earlier.mkdir()
    result = {"run_id": "20261123T170712Z-d1b9", "target": {"base_url": "http://127.0.0.1:1"}, "limits": FOUND}
    (earlier / "result.json").write_text(json.dumps(result))

    with sandbox(*QUICK, *WINDOW) as target:
        options = ("--base-url", target.base_url, "--client-id", CLIENT_ID, "--report", str(folder), "--workers", "2")
        plan = ("--customers", "20", "--duration", "5s", "--ramp-up", "1s", "--think", "0.1")
        done = harness("load", *options, *plan, "--when-limited", "rude", "--limits", str(earlier), HARNESS_API_KEY=KEY)
        truth = target.requests("createSession") + target.requests("sendMessage")

    load = json.loads((folder / "result.json").read_text())["load"]
    prediction, outcomes = load["prediction"], [entry["outcome"] for entry in truth]
    assert load["when_limited"] == "rude"
    assert prediction["verdict"] == "confirmed", prediction
    assert (prediction["asked"], prediction["let_in"]) == (len(outcomes), outcomes.count("accepted"))
    assert prediction["refused"] == outcomes.count("limited") == sum(each["limited"] for each in requests(load))
    assert prediction["limits"]["run_id"] == "20261123T170712Z-d1b9"
    assert f"--limits {earlier}" in (folder / "report.html").read_text()
    assert "Prediction   Confirmed: its rate was reached" in done.stdout


def requests(load: dict[str, Any]) -> list[dict[str, int]]:
    return list(load["limiting"]["requests"].values())

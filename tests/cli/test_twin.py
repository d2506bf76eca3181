"""`harness twin`, and a sandbox that is to be one: what cannot be is one line that says what to do."""

import json
from pathlib import Path

import pytest

from harness.twin.toml import written
from tests.acceptance.command import harness
from tests.twin.test_twin import WHOLE

USAGE = 2
TWIN = written(WHOLE)


def run_of(folder: Path, content: str) -> str:
    folder.mkdir()
    (folder / "result.json").write_text(content)
    return str(folder)


def one_line(said: str, *words: str) -> None:
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1, said
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ("result.json cannot be read",)),
        ("{", ("no JSON",)),
        pytest.param("[" * 100_000, ("no JSON",), id="deep"),
        ("[]", ("no object",)),
        ('{"schema": "another/1"}', ("not a harness-result/1",)),
        (json.dumps({"schema": "harness-result/1", "run_id": "r"}), ("measured nothing", "harness load")),
        (json.dumps({"schema": "harness-result/1", "run_id": "r", "load": {"replies": 5}}), ("was edited",)),
        (
            json.dumps({"schema": "harness-result/1", "run_id": "r", "requirements": [{"id": "OBS-RETRIES"}]}),
            ("was edited",),
        ),
        (json.dumps({"schema": "harness-result/1", "run_id": "r", "limits": {"limited": True}}), ("was edited",)),
    ],
)
def test_a_run_that_is_none_is_refused(tmp_path: Path, content: str | None, words: tuple[str, ...]):
    run = str(tmp_path / "nowhere") if content is None else run_of(tmp_path / "run", content)

    said = harness("twin", run)

    assert said.returncode == USAGE, said.stderr
    one_line(said.stderr, *words)


@pytest.mark.parametrize("twins", [("a.toml",), ("a.toml", "b.toml", "c.toml"), ("a.toml", "missing.toml")])
def test_a_diff_takes_two_twins_that_are_there(tmp_path: Path, twins: tuple[str, ...]):
    for name in ("a.toml", "b.toml", "c.toml"):
        (tmp_path / name).write_text(TWIN)

    said = harness("twin", "--diff", *(str(tmp_path / name) for name in twins))

    assert said.returncode == USAGE
    one_line(said.stderr)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fixed-window limit=14", "fixed-window limit=0"),
        ("fixed-window", "no-such-family"),
        ("ttl_s = 30.0", "ttl_s = -1.0"),
        ("ttl_s = 30.0", "ttl_s = inf"),
        ("retry=constant", "retry=sometimes"),
        ("[1.0, 100.0, 300.0]", "[-1.0, 100.0, 300.0]"),
        ("[1.0, 100.0, 300.0]", "[]"),
        ("mean = 1.0", "mean = 1e400"),
        ("schema", "skema"),
        ("[sender]", "[sender"),
        pytest.param("schema", f"x = {'[' * 100_000}", id="deep"),
    ],
)
def test_a_sandbox_does_not_start_as_a_twin_that_cannot_be(tmp_path: Path, old: str, new: str):
    assert old in TWIN
    path = tmp_path / "twin.toml"
    path.write_text(TWIN.replace(old, new))

    said = harness("sandbox", "--port", "0", "--twin", str(path))

    assert said.returncode == USAGE, said.stderr
    one_line(said.stderr)

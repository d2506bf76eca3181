"""`harness twin`, and a sandbox that is to be one: what cannot be is one line that says what to do."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli.twin import command as twin_command
from harness.twin.toml import read, written
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
        (None, ("nowhere is no run: give the folder of a run (it holds result.json)",)),
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


LIMITED = {
    "limited": True,
    "requests_spent": 90,
    "algorithm": "token_bucket",
    "quota": 4,
    "burst": 4,
    "refill_per_s": 7.0,
}
WINDOW = {**LIMITED, "algorithm": "sliding_log", "window_s": 0.571}


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({**WINDOW, "window_s": float("nan")}, ("was edited", "limits.window_s cannot be NaN")),
        ({**WINDOW, "window_s": None}, ("was edited", "limits.window_s cannot be null")),
        ({**WINDOW, "window_s": 1e11}, ("no sandbox can be", "window=")),
        ({**WINDOW, "quota": 10**7}, ("no sandbox can be", "limit=")),
        ({**LIMITED, "burst": -4}, ("was edited", "limits.burst cannot be -4")),
        ({**LIMITED, "refill_per_s": None}, ("no sandbox can be", "rate=None")),
        ({**LIMITED, "scope": "anybody"}, ("was edited", "limits.scope")),
        ({**LIMITED, "algorithm": "no_such"}, ("was edited", "limits.algorithm")),
    ],
)
def test_a_limiter_that_no_sandbox_can_be_is_not_written(tmp_path: Path, limits: dict, words: tuple[str, ...]):
    run = run_of(tmp_path / "run", json.dumps({"schema": "harness-result/1", "run_id": "r", "limits": limits}))

    said = harness("twin", run)

    assert said.returncode == USAGE
    assert said.stdout == ""
    one_line(said.stderr, *words)


@pytest.mark.parametrize(("limits", "rate"), [(LIMITED, "rate=7.0 burst=4"), (WINDOW, "limit=4 window=0.571s")])
def test_a_limiter_that_a_sandbox_can_be_is_written(tmp_path: Path, limits: dict, rate: str):
    run = run_of(tmp_path / "run", json.dumps({"schema": "harness-result/1", "run_id": "r", "limits": limits}))

    said = harness("twin", run)

    assert said.returncode == 0, said.stderr
    assert rate in said.stdout


LIED = {"kept": 7, "early": 28, "rounded": 20, "needless": 0, "tested": 55}
TELLING = {**WINDOW, "headers": {"dialects": ["Retry-After", "X-RateLimit-*"]}, "retry_after": LIED}
ALONE = {"looked_with": 40, "found": None}
BEHIND = {"algorithm": "fixed_window_aligned", "quota": 30, "window_s": 12.0, "confidence": 0.93}


def twin_of(folder: Path, limits: dict) -> tuple[Path, list[str]]:
    """The file that `harness twin` writes of these limits, and what it says of it beside what was not measured."""
    run = run_of(folder, json.dumps({"schema": "harness-result/1", "run_id": "r", "limits": limits}))
    said = harness("twin", run)
    assert said.returncode == 0, said.stderr
    (folder / "twin.toml").write_text(said.stdout)
    return folder / "twin.toml", [line for line in said.stderr.splitlines() if not line.startswith("not measured")]


@pytest.mark.parametrize(
    ("limits", "policies", "undecided"),
    [
        (TELLING, ["retry-after=early"], ["limiter: scope not told"]),
        (
            {**TELLING, "retry_after": {**LIED, "kept": 100, "tested": 148}},
            ["headers=x-ratelimit"],
            [
                "limiter: scope not told",
                "limiter: Retry-After not told: of 148 promises 100 kept, 28 too short, 20 too",
            ],
        ),
        (
            {**WINDOW, "behind": {"looked_with": 40, "found": BEHIND}},
            ["sliding-log limit=4", "fixed-window limit=30 window=12.0s"],
            [
                *("limiter: scope not told", "limiter: headers as seen of two"),
                *("behind: scope not told", "behind: headers as seen of two"),
            ],
        ),
        (
            {**WINDOW, "scope": "key", "behind": {"looked_with": 40, "found": {"algorithm": None}}},
            ["sliding-log limit=4"],
            ["behind: another limiter was met, and its rule could not be told"],
        ),
        ({**WINDOW, "scope": "key", "confidence": 0.61, "mismatches": 2}, ["scope=key"], ["limiter: 61 % sure, con"]),
        (
            {**WINDOW, "scope": "key", "algorithm": "sliding_log|token_bucket"},
            ["scope=key"],
            ["limiter: sliding_log or token_bucket"],
        ),
    ],
)
def test_all_that_was_found_of_limiters_is_written_and_all_that_was_not_is_said(
    tmp_path: Path, limits: dict, policies: list[str], undecided: list[str]
):
    path, said = twin_of(tmp_path / "run", limits)

    written_policies = [line for line in path.read_text().splitlines() if line.startswith("policy")]
    assert len(written_policies) == len(policies)
    assert all(words in line for words, line in zip(policies, written_policies, strict=True)), written_policies
    assert len(said) == len(undecided), said
    for words, line in zip(undecided, said, strict=True):
        assert line.startswith(f"undecided: {words}")
        assert line.removeprefix("undecided: ").partition(": ")[2].replace(" or ", "|") in path.read_text()


@pytest.mark.parametrize(
    ("new", "code", "words"),
    [
        ({**TELLING, "retry_after": {**LIED, "kept": 55, "early": 0, "rounded": 0}}, 1, "limiter    drift "),
        ({**TELLING, "scope": "key"}, 0, "scope not told in one of them"),
        (TELLING, 0, "(not compared: scope)"),
        ({**TELLING, "behind": {"looked_with": 40, "found": BEHIND}}, 1, "behind     drift "),
    ],
)
def test_a_diff_compares_lies_scopes_and_second_limiters(tmp_path: Path, new: dict, code: int, words: str):
    twins = [
        twin_of(tmp_path / name, limits)[0] for name, limits in (("old", {**TELLING, "behind": ALONE}), ("new", new))
    ]

    said = harness("twin", "--diff", *map(str, twins))

    assert said.returncode == code, said.stdout + said.stderr
    assert words in said.stdout


def test_a_folder_of_runs_is_none_and_no_twin_either(tmp_path: Path):
    run_of(tmp_path / "run", "{}")

    for said, told in [
        (harness("twin", str(tmp_path)), "give the folder of a run (it holds result.json)"),
        (harness("twin", "--diff", str(tmp_path), str(tmp_path)), "--diff takes two files that `harness twin` wrote"),
    ]:
        assert said.returncode == USAGE
        one_line(said.stderr, told)


def test_what_no_run_measured_is_told_beside_the_twin_with_the_command_that_does(tmp_path: Path):
    load = {"replies": {"first": 10, "further": 0}}
    run = run_of(tmp_path / "run", json.dumps({"schema": "harness-result/1", "run_id": "r", "load": load}))

    said = harness("twin", run)

    assert said.returncode == 0
    assert read(said.stdout).replies is not None
    assert said.stderr.splitlines() == [
        "not measured: limiter, behind (`harness limits` measures them)",
        "not measured: response, reply (`harness load` measures them)",
        "not measured: lifetime (`harness conform --session-ttl SECONDS` measures it)",
        "not measured: sender (`harness conform` measures it)",
    ]


def test_a_twin_that_is_not_there_is_told_with_what_to_give(tmp_path: Path):
    said = harness("sandbox", "--port", "0", "--twin", str(tmp_path / "nowhere.toml"))

    assert said.returncode == USAGE
    one_line(said.stderr, "cannot be read (No such file or directory)", "give a file that `harness twin` wrote")
    assert "Errno" not in said.stderr


@pytest.mark.parametrize("twins", [("a.toml",), ("a.toml", "b.toml", "c.toml"), ("a.toml", "missing.toml")])
def test_a_diff_takes_two_twins_that_are_there(tmp_path: Path, twins: tuple[str, ...]):
    for name in ("a.toml", "b.toml", "c.toml"):
        (tmp_path / name).write_text(TWIN)

    said = harness("twin", "--diff", *(str(tmp_path / name) for name in twins))

    assert said.returncode == USAGE
    one_line(said.stderr)


HUGE = "1" + 400 * "0"
MANY_DIGITS = 5000 * "9"
# What a twin cannot be.
WRONG = pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fixed-window limit=14 window=3.0s", "token-bucket rate=nan burst=-1"),
        ("fixed-window limit=14 window=3.0s", ""),
        pytest.param("fixed-window limit=14", f"fixed-window limit={HUGE}", id="limit"),
        ("retry=constant", "retry=constant jitter=abc"),
        pytest.param("ttl_s = 30.0", f"ttl_s = {MANY_DIGITS}", id="digits"),
        pytest.param("ttl_s = 30.0", f"ttl_s = 0x{MANY_DIGITS}", id="hexadecimal"),
        pytest.param("mean = 1.0", f"mean = {HUGE}", id="mean"),
        pytest.param("samples = 90", f"samples = {HUGE}", id="samples"),
        pytest.param("[1.0, 100.0, 300.0]", f"[1.0, 100.0, {HUGE}]", id="ms"),
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


@WRONG
def test_what_is_no_twin_is_not_compared(tmp_path: Path, old: str, new: str):
    assert old in TWIN
    right, wrong = tmp_path / "right.toml", tmp_path / "wrong.toml"
    right.write_text(TWIN)
    wrong.write_text(TWIN.replace(old, new))

    for pair in ((right, wrong), (wrong, right)):
        said = CliRunner().invoke(twin_command, ["--diff", *map(str, pair)])

        assert said.exit_code == USAGE, said.output
        one_line(said.output, str(wrong))


@WRONG
def test_a_sandbox_does_not_start_as_a_twin_that_cannot_be(tmp_path: Path, old: str, new: str):
    assert old in TWIN
    path = tmp_path / "twin.toml"
    path.write_text(TWIN.replace(old, new))

    said = harness("sandbox", "--port", "0", "--twin", str(path))

    assert said.returncode == USAGE, said.stderr
    one_line(said.stderr)

"""One run of the gate against one target, and what it found."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.acceptance.command import environment

PATIENCE_S = 600.0
# The exit code of a gate that had not ended by then, as timeout(1) has it.
TIMED_OUT = 124


@dataclass(frozen=True, slots=True)
class Trial:
    """`failed` maps each requirement that was found broken to the checks that said so; `took_s` is wall time."""

    exit_code: int
    verdict: str
    failed: dict[str, tuple[str, ...]]
    other_red: dict[str, str]  # requirement: why, where it is red without having been found broken
    flaky: tuple[str, ...]
    took_s: float
    output: str


def trial(target: dict[str, str], *options: str) -> Trial:
    """Runs `harness conform --strict` with these further options, in an empty folder."""
    with TemporaryDirectory(prefix="trial-") as folder:
        began = time.monotonic()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "harness", "conform", "--strict", "--report", f"{folder}/report", *options],
                env=environment(**target),
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Trial(TIMED_OUT, "none", {}, {}, (), PATIENCE_S, "")
        took_s = time.monotonic() - began
        written = Path(folder) / "report" / "result.json"
        result = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
    decided = {each["id"]: each for each in result.get("requirements", ())}
    failed = {name: _killers(each) for name, each in decided.items() if each["verdict"] == "fail"}
    red = {name: each["reason"] or "" for name, each in decided.items() if each["red"] and name not in failed}
    flaky = tuple(name for name in failed if any(not e.get("reproduced", True) for e in decided[name]["evidence"]))
    output = done.stdout + done.stderr
    return Trial(done.returncode, result.get("verdict", "none"), failed, red, flaky, took_s, output)


def _killers(requirement: dict[str, object]) -> tuple[str, ...]:
    checks = requirement["checks"]
    assert isinstance(checks, list)
    return tuple(check["check"] for check in checks if check["outcome"] == "fail")

"""What lies in the current folder may be anybody's: a file of the name of one of our modules is not run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.command import PATIENCE_S, environment

LOAD = ("load", "conversations", "--customers", "2", "--think", "0.1", "--duration", "1")
GATE = ("conform", "--only", "AUTH-1")


@pytest.mark.parametrize("command", [LOAD, GATE], ids=["load", "gate"])
def test_a_file_of_the_name_of_a_module_is_left_alone(tmp_path: Path, command: tuple[str, ...]):
    for name in ("harness", "locust", "pytest", "httptools"):
        (tmp_path / f"{name}.py").write_text("import sys\nsys.exit('this is not what you look for')\n")
    argv = [sys.executable, "-P", "-m", "harness", *command, "--report", "report"]
    ended = subprocess.run(argv, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE_S)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (tmp_path / "report" / "report.html").is_file()

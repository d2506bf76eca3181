"""The wheel, alone in another environment and an empty folder, runs the gate: all that it needs is in it."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.acceptance.command import environment
from tests.conftest import REGISTRIES

ROOT = Path(__file__).parents[2]


def test_the_wheel_runs_the_gate_from_an_empty_folder(tmp_path):
    wheel = build(tmp_path / "dist")
    python = fresh_environment(tmp_path / "venv")
    alone = ("--quiet", "--no-deps", "--no-index", "--ignore-installed")
    run(sys.executable, "-m", "pip", "--python", python, "install", *alone, str(wheel))
    empty = tmp_path / "empty"
    empty.mkdir()

    where = run(python, "-c", "import harness; print(harness.__file__)", cwd=empty).stdout
    listed = run(python, "-m", "harness", "conform", "--list", cwd=empty).stdout
    gate = run(python, "-m", "harness", "conform", "--budget", "quick", cwd=empty)

    assert Path(where.strip()).is_relative_to(tmp_path / "venv")
    assert "RPL-1" in listed
    (report,) = (empty / "reports").glob("*/report.html")
    assert "kept" in gate.stdout
    assert report.stat().st_size > 10_000


def build(folder: Path) -> Path:
    """The wheel of this checkout. The build backend comes from the registry, as for any user."""
    trusted = {name: value for name, value in environment().items() if name != "SSL_CERT_FILE"}
    if REGISTRIES:
        trusted["SSL_CERT_FILE"] = REGISTRIES
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps")
    run(*pip, "--wheel-dir", str(folder), str(ROOT), env=trusted)
    (wheel,) = folder.glob("harness-*.whl")
    return wheel


def fresh_environment(folder: Path) -> str:
    """Another environment that shares our dependencies by their path, and holds no harness of its own; nor a pip, for
    ours installs into it."""
    venv.create(folder)
    python = folder / "bin" / "python"
    paths = run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    (Path(paths) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return str(python)


def run(*argv: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(argv, cwd=cwd, env=env or environment(), capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done

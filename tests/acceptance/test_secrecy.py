"""The API keys of a run appear in none of its files, none of its output, and no command line."""

import gzip
import json
import threading
from pathlib import Path

import psutil

from tests.acceptance.command import running
from tests.sandbox.process import CLIENT_ID, OTHER_CLIENT_ID, SandboxProcess

KEYS = ("sk-Very/Secret+1=one", "sk-Very/Secret+1=two")


def test_no_key_appears_anywhere(tmp_path):
    tenants = [{"client_id": CLIENT_ID, "api_key": KEYS[0]}, {"client_id": OTHER_CLIENT_ID, "api_key": KEYS[1]}]
    with SandboxProcess(tmp_path, environment={"HARNESS_SANDBOX_TENANTS": json.dumps(tenants)}) as sandbox:
        target = {
            "HARNESS_BASE_URL": sandbox.base_url,
            "HARNESS_CLIENT_ID": CLIENT_ID,
            "HARNESS_API_KEY": KEYS[0],
            "HARNESS_OTHER_CLIENT_ID": OTHER_CLIENT_ID,
            "HARNESS_OTHER_API_KEY": KEYS[1],
        }
        options = ("run", "--budget", "quick", "--customers", "5", "--duration", "3s")
        with running(tmp_path / "run", *options, **target) as run:
            seen: set[str] = set()
            over = threading.Event()
            watcher = threading.Thread(target=watch, args=(run, seen, over))
            watcher.start()
            code, output = run.finish()
            over.set()
            watcher.join()
        log = sandbox.stderr

    assert code in (0, 1), output
    assert any("locust" in line for line in seen)
    assert any("pytest" in line for line in seen)
    files = {str(path): content(path) for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert len(files) >= 5
    told = {"the output": output, "the sandbox's log": log, "a command line": "\n".join(seen), **files}
    for key in KEYS:
        assert [where for where, text in told.items() if key in text or json.dumps(key)[1:-1] in text] == []


def watch(run, seen: set[str], over: threading.Event) -> None:
    """Notes the command line and title of every process of the run, time and again."""
    while not over.wait(0.1):
        for process in run.family():
            try:
                seen.add(" ".join([process.name(), *process.cmdline()]))
            except psutil.Error:
                continue


def content(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode(errors="replace")

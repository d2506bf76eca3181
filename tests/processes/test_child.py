"""A child is started, heard, and ended for certain; nothing of it stays behind, and no secret of it is written."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from harness.errors import ChildDied
from harness.processes.child import Child
from harness.secret import MASK, Redactor, Secret

KEY = Secret("sk-very-secret")


def python(code: str, **options) -> Child:
    return Child("worker", [sys.executable, "-c", textwrap.dedent(code)], **options)


def until(condition, timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "did not come about in time"
        time.sleep(0.02)


def test_a_child_announces_itself_and_ends_when_it_is_told_to():
    with python("print('{\"port\": 7}'); import time; time.sleep(60)") as child:
        assert child.announcement() == {"port": 7}
        assert child.exit_code is None

    assert child.exit_code == -signal.SIGTERM
    assert child.obituary() == "killed by SIGTERM"


def test_a_child_that_ends_before_it_announces_is_told_with_its_last_words():
    child = python("print('no such port'); raise SystemExit(2)")

    with pytest.raises(ChildDied, match=r"(?s)the worker ended at once \(exit code 2\).*no such port"):
        child.announcement()


def test_a_child_that_announces_nothing_in_time_is_ended():
    child = python("import time; time.sleep(60)")

    with pytest.raises(ChildDied, match="printed nothing in time"):
        child.announcement(timeout=0.2)

    assert child.exit_code is not None


def test_a_child_that_ignores_sigterm_is_killed_with_all_that_it_started():
    code = """
    import json, signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(json.dumps({"pid": grandchild.pid}), flush=True)
    time.sleep(60)
    """
    child = python(code)
    grandchild = child.announcement()["pid"]

    child.stop(grace=0.2)

    assert child.exit_code == -signal.SIGKILL
    until(lambda: not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE)


def test_what_a_child_prints_goes_to_its_log_without_the_secret(tmp_path):
    log = tmp_path / "worker.log"
    code = "import os; print('key is', os.environ['HARNESS_API_KEY'])"

    with python(code, environment={"HARNESS_API_KEY": KEY.reveal()}, log=log, redactor=Redactor(KEY)) as child:
        child.wait(20)

    assert log.read_text() == f"key is {MASK}\n"
    assert child.last_words == f"key is {MASK}"


def test_the_first_line_reaches_the_child_by_its_input():
    with python("import sys; print(sys.stdin.readline())", first_line='{"token": "abc"}') as child:
        assert child.announcement() == {"token": "abc"}


@pytest.mark.parametrize("manner", ["pass", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"], ids=["willing", "deaf"])
def test_a_child_on_the_lifeline_goes_when_its_parent_is_killed(manner, tmp_path):
    pid_file = tmp_path / "pid"
    worker = textwrap.dedent(f"""
    import signal, time
    from harness.processes import lifeline
    {manner}
    lifeline.hold()
    print('{{}}', flush=True)
    time.sleep(60)
    """)
    parent_code = f"""
    import sys, time
    from pathlib import Path
    from harness.processes.child import Child
    child = Child("worker", [sys.executable, "-c", {worker!r}])
    child.announcement()
    Path({str(pid_file)!r}).write_text(str(child.pid))
    time.sleep(60)
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(parent_code)])
    try:
        until(lambda: pid_file.exists() and pid_file.read_text())
        worker_pid = int(Path(pid_file).read_text())
        assert psutil.pid_exists(worker_pid)
    finally:
        parent.kill()
        parent.wait()

    until(lambda: not psutil.pid_exists(worker_pid))


def test_ctrl_c_at_the_terminal_reaches_only_the_command():
    with python("print('{}'); import time; time.sleep(60)") as child:
        child.announcement()

        assert os.getpgid(child.pid) != os.getpgid(0)

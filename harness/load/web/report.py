"""The report of what was measured so far, written whenever the customers have stopped."""

import logging
import subprocess
import time
from pathlib import Path
from typing import Any, Literal

import gevent

from harness.processes.module import module

log = logging.getLogger(__name__)

SO_FAR = "so-far"
PAGE = "report.html"
State = Literal["none", "writing", "ready", "failed"]


class ReportSoFar:
    """Has a process of its own judge the run from its journal: that takes longer than the web UI may stand still."""

    def __init__(self, folder: Path) -> None:
        self.state: State = "none"
        self.written_s: float | None = None
        self.place = (folder / SO_FAR).absolute()
        self._folder = folder
        self._wanted = False
        self._process: subprocess.Popen[bytes] | None = None
        self._writing: gevent.Greenlet | None = None

    def write(self) -> None:
        """Returns at once. What is asked for while one is being written is written after it."""
        self._wanted = True
        if not self._writing:
            self.state = "writing"
            self._writing = gevent.spawn(self._write)

    def close(self) -> None:
        """Writes no more. By then nobody reads the journal's parts any longer."""
        self._wanted = False
        if self._process is not None:
            self._process.kill()
        if self._writing is not None:
            self._writing.join()

    def told(self) -> dict[str, Any]:
        return {"state": self.state, "written": self.written_s}

    def _write(self) -> None:
        while self._wanted:
            self._wanted = False
            argv = module("harness", "report", str(self._folder), "--so-far")
            self._process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            _, complaint = self._process.communicate()
            code, self._process = self._process.returncode, None
            if code == 0:
                self.state, self.written_s = "ready", time.time()
            elif code > 0:
                self.state = "failed"
                log.error("the report so far could not be written: %s", complaint.decode(errors="replace").strip())

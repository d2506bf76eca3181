"""How much of a core the processes of a load run use: the harness tells on itself. (The sink samples itself.)"""

import time
from collections.abc import Mapping

import psutil

from harness.events import Gauged


class CpuGauges:
    """Samples processes, given by the name they have in the journal and their pid."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {source: psutil.Process(pid) for source, pid in pids.items()}
        self.sample()  # psutil measures from call to call

    def sample(self) -> list[Gauged]:
        """Percent of one core since the last call. A process that has ended has none."""
        return [gauge for gauge in map(self._gauge, self._processes) if gauge is not None]

    def _gauge(self, source: str) -> Gauged | None:
        try:
            percent = self._processes[source].cpu_percent()
        except psutil.NoSuchProcess:
            return None
        return Gauged(time.monotonic_ns(), source, "cpu_percent", percent)

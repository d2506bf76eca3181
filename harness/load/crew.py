"""Locust's processes as one: the customers in a single process, or a master and the workers that it commands."""

import signal
import time
from collections.abc import Sequence
from typing import Protocol

from harness.processes.child import Child


class Worker(Protocol):
    """A process with customers: a child of ours, or one that another machine looks after, which has no pid here."""

    name: str

    @property
    def pid(self) -> int | None: ...
    @property
    def exit_code(self) -> int | None: ...
    @property
    def last_words(self) -> str: ...
    def obituary(self) -> str: ...
    def signal(self, number: signal.Signals) -> None: ...
    def wait(self, timeout: float | None = None) -> int | None: ...
    def stop(self, grace: float = 5.0) -> int: ...


class Crew:
    """`main` commands: it ends when the run does. `workers` may die one by one, and the others go on."""

    def __init__(self, main: Child, workers: Sequence[Worker] = ()) -> None:
        self.main = main
        self._workers = tuple(workers)
        self._mourned: set[str] = set()

    @property
    def pids(self) -> dict[str, int]:
        """By the name that a process has in the journal."""
        if not self._workers:
            return {"customers": self.main.pid}
        numbered = enumerate(self._workers, start=1)
        return {f"customers-{number}": worker.pid for number, worker in numbered if worker.pid is not None}

    def died(self) -> list[tuple[str, str]]:
        """Of the workers that died since the last call: the name, and how."""
        news = [worker for worker in self._workers if worker.exit_code and worker.name not in self._mourned]
        self._mourned.update(worker.name for worker in news)
        return [(worker.name, worker.obituary()) for worker in news]

    @property
    def deserted(self) -> bool:
        """Whether all workers died."""
        return bool(self._workers) and len(self._mourned) == len(self._workers)

    def signal(self, number: signal.Signals) -> None:
        self.main.signal(number)

    def dismiss(self) -> None:
        """Has the workers' customers leave, where the master cannot tell them any more."""
        for worker in self._workers:
            worker.signal(signal.SIGTERM)

    def settle(self, seconds: float) -> None:
        """Waits, for so long at most, until the workers have ended too, and all that they wrote is here."""
        deadline = time.monotonic() + seconds
        for worker in self._workers:
            worker.wait(max(deadline - time.monotonic(), 0.0))

    def last_words(self) -> str:
        """What the one said whose word counts: the master, or who died."""
        dead = [worker.last_words for worker in self._workers if worker.exit_code]
        return self.main.last_words if not dead else dead[0]

    def stop(self, grace: float = 5.0) -> None:
        """Asks all to end, and after `grace` seconds makes them. Safe to repeat."""
        members: tuple[Worker, ...] = (self.main, *self._workers)
        for child in members:
            if grace > 0 and child.exit_code is None:
                child.signal(signal.SIGTERM)
        for child in reversed(members):
            if grace > 0:
                child.wait(grace)
            child.stop(grace=0)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

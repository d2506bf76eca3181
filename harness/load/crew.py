"""Locust's processes as one: the customers in a single process, or a master and the workers that it commands."""

import signal
from collections.abc import Sequence

from harness.processes.child import Child


class Crew:
    """`main` commands: it ends when the run does. `workers` may die one by one, and the others go on."""

    def __init__(self, main: Child, workers: Sequence[Child] = ()) -> None:
        self.main = main
        self._workers = tuple(workers)
        self._mourned: set[int] = set()

    @property
    def pids(self) -> dict[str, int]:
        """By the name that a process has in the journal."""
        if not self._workers:
            return {"customers": self.main.pid}
        return {f"customers-{number}": worker.pid for number, worker in enumerate(self._workers, start=1)}

    def died(self) -> list[tuple[str, str]]:
        """Of the workers that died since the last call: the name, and how."""
        news = [worker for worker in self._workers if worker.exit_code and worker.pid not in self._mourned]
        self._mourned.update(worker.pid for worker in news)
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

    def last_words(self) -> str:
        """What the one said whose word counts: the master, or who died."""
        dead = [worker.last_words for worker in self._workers if worker.exit_code]
        return self.main.last_words if not dead else dead[0]

    def stop(self, grace: float = 5.0) -> None:
        """Asks all to end, and after `grace` seconds makes them. Safe to repeat."""
        for child in (self.main, *self._workers):
            if grace > 0 and child.exit_code is None:
                child.signal(signal.SIGTERM)
        for child in (*self._workers, self.main):
            if grace > 0:
                child.wait(grace)
            child.stop(grace=0)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

"""Checks that mostly wait, run beside the others: what they wait for is shared, and not one wait after the other."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest


class Aside:
    """Started once; whoever comes to one of its checks gets what became of it."""

    def __init__(self) -> None:
        self._running: dict[pytest.Item, Future[None]] = {}
        self._pool: ThreadPoolExecutor | None = None

    def start(self, items: Iterable[pytest.Function], run: Callable[[pytest.Function], None]) -> None:
        """Has `run` run each of them, all at once."""
        chosen = list(items)
        self._pool = ThreadPoolExecutor(max(1, len(chosen)), thread_name_prefix="aside")
        self._running = {item: self._pool.submit(run, item) for item in chosen}

    def result(self, item: pytest.Item) -> bool:
        """Waits for the item's end and raises what it raised. False where it does not run here."""
        future = self._running.get(item)
        if future is None:
            return False
        future.result()
        return True

    def close(self) -> None:
        """What has not begun never will; what waits is ended by those it waits for."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

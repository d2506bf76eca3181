"""The ground-truth log as a file: NDJSON, written a few times a second by the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from harness.sandbox.truth import TruthLog

EVERY_S = 0.2


@asynccontextmanager
async def kept_in(path: Path | None, truth: TruthLog) -> AsyncIterator[None]:
    """Writes each entry into the file at `path`, where one is given; at the end of the block all are in it, but for
    what a reset took away before it was written.

    Raises OSError when the file cannot be opened.
    """
    if path is None:
        yield
        return
    with path.open("wb") as file:
        follower = Follower(truth, file)
        task = asyncio.create_task(follower.follow())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            follower.catch_up()


class Follower:
    """Remembers how far into the log its file has got."""

    def __init__(self, truth: TruthLog, file: IO[bytes]) -> None:
        self._truth = truth
        self._file = file
        self._reached = 0  # the sandbox began its log before it could be followed

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self.catch_up()

    def catch_up(self) -> None:
        last = self._truth.last
        self._file.writelines(self._truth.lines(self._reached, last))
        self._file.flush()
        self._reached = last

"""Shelves on disk, for measuring a run that does not fit into memory: one SQLite file that nobody else ever sees."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import JournalError
from harness.kept import Shelves

# What SQLite may hold of it in memory: KiB.
CACHE_KIB = 4096


class DiskShelf:
    """One table. Keys may be any text, lone surrogates included."""

    def __init__(self, connection: sqlite3.Connection, number: int) -> None:
        self._connection = connection
        self._table = f"shelf_{number}"
        connection.execute(f"CREATE TABLE {self._table} (key BLOB PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID")
        self._put = f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?)"  # noqa: S608 - a name of our own
        self._peek = f"SELECT text FROM {self._table} WHERE key = ?"  # noqa: S608
        self._delete = f"DELETE FROM {self._table} WHERE key = ?"  # noqa: S608
        self._all = f"SELECT key, text FROM {self._table}"  # noqa: S608

    def put(self, texts: Iterable[tuple[str, str]]) -> None:
        self._connection.executemany(self._put, ((_blob(key), text) for key, text in texts))

    def take(self, key: str) -> str | None:
        text = self.peek(key)
        if text is not None:
            self._connection.execute(self._delete, (_blob(key),))
        return text

    def peek(self, key: str) -> str | None:
        row = self._connection.execute(self._peek, (_blob(key),)).fetchone()
        return row[0] if row else None

    def texts(self) -> Iterator[tuple[str, str]]:
        for key, text in self._connection.execute(self._all):
            yield key.decode("utf-8", "surrogatepass"), text


@contextmanager
def shelves(folder: Path) -> Iterator[Shelves]:
    """As many shelves as are asked for, in `folder`. They are gone at the end, also of a process that is killed."""
    path = folder / f".shelf-{os.getpid()}.unfinished"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    made: list[DiskShelf] = []

    def another() -> DiskShelf:
        made.append(DiskShelf(connection, len(made)))
        return made[-1]

    try:
        # It outlives nothing, so that nothing need be safe: no journal of its own, and never a wait for the disk.
        for setting in (
            "journal_mode = OFF",
            "synchronous = OFF",
            f"cache_size = -{CACHE_KIB}",
            "locking_mode = EXCLUSIVE",
        ):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE opened (moment)")
        path.unlink(missing_ok=True)
        yield another
    except sqlite3.Error as error:
        raise JournalError(f"{folder}: no room to measure the run in: {error}") from None
    finally:
        connection.close()


def _blob(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")

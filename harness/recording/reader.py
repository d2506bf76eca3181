"""Reads the journal of a run's folder: the joined one where there is one, and otherwise its parts."""

import gzip
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

from harness.errors import JournalError
from harness.journal import Part, read

JOURNAL = "journal.ndjson"
PARTS = "parts"
# Past this a journal is compressed when its parts are joined: bytes.
LARGE = 8 * 1024 * 1024


def read_run(folder: Path) -> list[Part]:
    """Every part of the run in `folder`. Raises JournalError where there is none, or where it is not ours."""
    try:
        return [part for path in _files(folder) for part in read(_lines(path))]
    except (OSError, EOFError, zlib.error) as error:
        raise JournalError(f"{folder}: its journal cannot be read: {error}") from None


def join(folder: Path) -> Path:
    """Joins the parts of a run into one journal, one after the other, and removes them. Safe to repeat.

    What the run meant to do comes first, so that a journal that is cut short still tells what it lacks.
    """
    parts = sorted((folder / PARTS).glob("*.ndjson"), key=lambda part: (not part.name.startswith("run-"), part.name))
    large = sum(path.stat().st_size for path in parts) > LARGE
    journal = folder / (JOURNAL + (".gz" if large else ""))
    if not parts:
        return journal
    unfinished = folder / f".{journal.name}.unfinished"
    with gzip.open(unfinished, "wb") if large else unfinished.open("wb") as joined:
        for path in parts:
            joined.writelines(_written(path))
            joined.write(b"\n")
    unfinished.replace(journal)
    shutil.rmtree(folder / PARTS)
    return journal


def _files(folder: Path) -> list[Path]:
    for path in (folder / JOURNAL, folder / f"{JOURNAL}.gz"):
        if path.exists():
            return [path]
    parts = sorted((folder / PARTS).glob("*.ndjson"))
    if not parts:
        raise JournalError(f"{folder} holds no journal: it is no run's folder, or the run never started")
    return parts


def _lines(path: Path) -> Iterator[str]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
            yield from file
    else:
        yield from (line.decode("utf-8", "replace") for line in _written(path))


def _written(path: Path) -> Iterator[bytes]:
    """The lines of a part, without the room that its writer reserved and did not use."""
    with path.open("rb") as part:
        for line in part:
            written, nothing, _ = line.partition(b"\0")
            yield written
            if nothing:
                return

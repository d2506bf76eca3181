"""Reads the journal of a run's folder: the joined one where there is one, and otherwise its parts."""

import gzip
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import JournalError, NothingMeasured
from harness.journal import Part
from harness.recording.packing import left_alone, packed_of
from harness.recording.section import copy_packed, find_parts, written

JOURNAL = "journal.ndjson"
PARTS = "parts"
# Past this a journal is compressed when its parts are joined: bytes.
LARGE = 8 * 1024 * 1024


def open_run(folder: Path) -> list[Part]:
    """Every part of the run in `folder`, looked through once; its events are read from the disk whenever they are asked
    for. Raises JournalError where there is none, or where it is not ours."""
    try:
        return [part for path in _files(folder) for part in find_parts(path)]
    except (OSError, EOFError, zlib.error) as error:
        raise JournalError(f"{folder}: its journal cannot be read: {error}") from None


def read_run(folder: Path) -> list[Part]:
    """The same with all events in memory: for short runs, and for who looks at single events. Raises JournalError."""
    return [Part(part.header, tuple(part.events), part.torn) for part in open_run(folder)]


@contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """For who reads the parts of a run while it goes on: none of what was opened is packed meanwhile."""
    if not (folder / PARTS).is_dir():
        yield
        return
    with left_alone(folder / PARTS):
        yield


def join(folder: Path) -> Path:
    """Joins the parts of a run into one journal, one after the other, and removes them. Safe to repeat.

    What the run meant to do comes first, so that a journal that is cut short still tells what it lacks.
    """
    parts = sorted((folder / PARTS).glob("*.ndjson"), key=lambda part: (not part.name.startswith("run-"), part.name))
    large = sum(path.stat().st_size for path in parts) > LARGE or any(packed_of(path).exists() for path in parts)
    journal = folder / (JOURNAL + (".gz" if large else ""))
    if not parts:
        return journal
    unfinished = folder / f".{journal.name}.unfinished"
    unfinished.unlink(missing_ok=True)
    for path in parts:
        with unfinished.open("ab") as joined:
            begin = copy_packed(path, joined)
        # In members of its own, so that one part can be read without what stands before it.
        with gzip.open(unfinished, "ab") if large else unfinished.open("ab") as joined:
            joined.writelines(written(path, begin))
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
        raise NothingMeasured(f"{folder} holds no journal: it is no run's folder, or the run never started")
    return parts

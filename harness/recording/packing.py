"""Keeps the journal of a run under way small on the disk: what was written a while ago is compressed behind its writer.

Beside a part lies its packed beginning, `<part>.gz`, a member for each stretch; in the part itself a hole takes its
place, so that nobody who writes or reads further on notices. What is packed is on the disk before the hole is made: a
kill at any moment loses nothing, and a reader goes by the length of the packed beginning alone.
"""

import ctypes
import fcntl
import gzip
import os
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# What is packed at once: bytes. Until so much has been written, a part stays as it is.
STRETCH = 4 * 1024 * 1024
# Quick rather than thorough: it goes on beside a load. This still leaves a tenth.
LEVEL = 3
_PUNCH_HOLE, _KEEP_SIZE = 0x02, 0x01


def packed_of(part: Path) -> Path:
    """Where the packed beginning of a part lies, if it has one."""
    return part.with_name(f"{part.name}.gz")


@contextmanager
def left_alone(folder: Path) -> Iterator[None]:
    """Nothing in the folder of parts is packed meanwhile."""
    with _locked(folder, fcntl.LOCK_SH):
        yield


class Packing:
    """A thread that packs, at the lowest priority. Where the file system makes no holes nothing is gained, and it
    ends."""

    def __init__(self) -> None:
        self._packed: dict[Path, int] = {}
        self._wishes: queue.SimpleQueue[Mapping[Path, int] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="packing", daemon=True)

    def __enter__(self) -> "Packing":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wishes.put(None)
        self._thread.join()

    def wish(self, read: Mapping[Path, int]) -> None:
        """Parts, and how many bytes of each everybody who follows it has read. Returns at once."""
        self._wishes.put(read)

    def _work(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        while (read := self._wishes.get()) is not None:
            try:
                for part, end in read.items():
                    while end - self._packed.get(part, 0) >= STRETCH and self._wishes.empty():
                        self._packed[part] = pack(part, self._packed.get(part, 0))
            except OSError:  # no room, or no holes: the journal is whole, and as large as it is
                return


def pack(part: Path, begin: int) -> int:
    """Packs one stretch of a part, from `begin` on, where the last one ended; returns where this one ended.

    While somebody wants the parts left alone nothing is done. Raises OSError where there is no room or no holes.
    """
    try:
        with _locked(part.parent, fcntl.LOCK_EX | fcntl.LOCK_NB), part.open("r+b") as file:
            file.seek(begin)
            stretch = file.read(STRETCH)
            whole = stretch[: stretch.rfind(b"\n") + 1]
            with packed_of(part).open("ab") as packed:
                packed.write(gzip.compress(whole, LEVEL))
                packed.flush()
                os.fsync(packed.fileno())
            _punch(file.fileno(), begin, len(whole))
    except BlockingIOError:
        return begin
    return begin + len(whole)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _punch(handle: int, begin: int, length: int) -> None:
    fallocate = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None)
    if fallocate is None:
        raise OSError("no holes in files here")
    fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    if fallocate(handle, _PUNCH_HOLE | _KEEP_SIZE, begin, length) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))

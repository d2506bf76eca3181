"""Writes one part of a run's journal into mapped memory: no system call for each line, and still a kill loses none.

What stands in a mapped page belongs to the file, whatever becomes of the process. Room is reserved a stretch at a time;
until the part is closed, or for ever if its writer is killed, zeros stand behind what was written. A reader stops at
the first of them: what is being copied while it looks is zero or final, byte by byte.
"""

import mmap
import os
from pathlib import Path

from harness.journal import Header
from harness.recording.writer import JournalWriter
from harness.secret import Redactor

# What is reserved at once, in bytes: a few hundred milliseconds of a busy client.
STRETCH = 256 * 1024


class MappedWriter(JournalWriter):
    """Like its base, for a file that nobody else writes. `write` raises OSError where there is no room for a stretch,
    and then nothing of it was written."""

    def __init__(self, path: Path, header: Header, redactor: Redactor | None = None) -> None:
        self._map: mmap.mmap | None = None
        self._start = self._at = self._reserved = 0
        super().__init__(path, header, redactor)

    def close(self) -> None:
        if self._map is not None:
            self._map.close()
            self._map = None
            os.ftruncate(self._fd, self._start + self._at)
        super().close()

    @staticmethod
    def _open(path: Path) -> int:
        # A map that is written needs a file that can be read.
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)

    def _put(self, lines: str) -> None:
        data = (self._redactor.clean(lines) + "\n").encode()
        end = self._at + len(data)
        if self._map is None or end > len(self._map):
            self._reserve(len(data))
            end = self._at + len(data)
        assert self._map is not None
        self._map[self._at : end] = data
        self._at = end

    def _reserve(self, length: int) -> None:
        """Maps the file anew from where it is written, with room for `length` bytes and more."""
        written = self._start + self._at
        start = written - written % mmap.ALLOCATIONGRANULARITY
        size = written - start + length + STRETCH
        os.posix_fallocate(self._fd, start, size)
        fresh = mmap.mmap(self._fd, size, offset=start)
        if self._map is not None:
            self._map.close()
        self._map, self._start, self._at = fresh, start, written - start

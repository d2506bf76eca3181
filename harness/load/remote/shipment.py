"""A journal on its way to another machine: whole lines only, each in the clock of that machine."""

import json
import re
from pathlib import Path

from harness.clocks import Comparison
from harness.load.tail import whole_lines

# What goes at once: bytes.
LOAD = 1024 * 1024
# An event's line begins with its kind and its moment: see harness/journal.py.
_MOMENT = re.compile(rb'^(\{"e":"[a-z]+","at":)(-?\d+)')
_HEADER = b'{"journal"'


class Shipment:
    """Reads a part that is still being written, and keeps what was not delivered yet."""

    def __init__(self, path: Path, comparison: Comparison) -> None:
        self._path = path
        self._comparison = comparison
        self._read = 0
        self._waiting = bytearray()
        self.delivered = 0

    @property
    def waiting(self) -> bytes:
        """The next bytes to deliver; none where all was delivered."""
        return bytes(self._waiting[:LOAD])

    def fetch(self) -> None:
        """Takes in what the part gained. What the network lags behind waits in the file, not in memory."""
        if len(self._waiting) >= LOAD or not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            fresh = file.read(4 * LOAD)
        whole = whole_lines(fresh)
        self._read += len(whole)
        self._take(whole)

    def add(self, lines: bytes) -> None:
        """Lines that belong to the part without standing in its file; not before the first that does, its header."""
        if self._read:
            self._take(lines)

    def _take(self, lines: bytes) -> None:
        for line in lines.splitlines(keepends=True):
            self._waiting += self._translated(line)

    def arrived(self, delivered: int) -> None:
        """The other side has so many bytes, whatever became of the answers that said so before."""
        del self._waiting[: delivered - self.delivered]
        self.delivered = delivered

    def _translated(self, line: bytes) -> bytes:
        if line.startswith(_HEADER):
            header = json.loads(line)
            header["monotonic_ns"] += self._comparison.offset(header["monotonic_ns"])
            return json.dumps(header, separators=(",", ":")).encode() + b"\n"
        found = _MOMENT.match(line)
        if found is None:  # torn by a full disk: the reader counts it
            return line
        at = int(found[2])
        return b"%b%d%b" % (found[1], at + self._comparison.offset(at), line[found.end() :])

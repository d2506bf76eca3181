"""Reads the parts of a journal while other processes still write them."""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from harness.events import Event
from harness.journal import Header, decode


class Tail:
    """What was appended to one file since the last look. The file need not exist yet."""

    def __init__(self, path: Path, kind: str = "") -> None:
        """Events of all kinds, or only of one by its name in the journal: the lines of others are not even decoded."""
        self.path = path
        self._begins = f'{{"e":"{kind}"'.encode() if kind else b""
        self.position = 0

    def new_events(self) -> Iterator[Event]:
        """Every event whose line is whole; a line that is still being written comes with a later look."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.position)
                fresh = file.read()
        except FileNotFoundError:
            return
        whole = whole_lines(fresh)
        self.position += len(whole)
        for line in whole.splitlines():
            if not line.startswith(self._begins):
                continue
            with suppress(ValueError):  # torn by a full disk; the report counts those
                record = decode(line.decode("ascii"))
                if not isinstance(record, Header):
                    yield record


def whole_lines(fresh: bytes) -> bytes:
    """Of what was read from a part that is still being written. Zeros are room that its writer reserved."""
    end = fresh.find(b"\0")
    return fresh[: fresh.rfind(b"\n", 0, end if end >= 0 else len(fresh)) + 1]


class Timeline:
    """Several parts as one sequence of events, in the order in which they happened."""

    def __init__(self, *paths: Path) -> None:
        self._tails = [Tail(path) for path in paths]
        self._later: list[Event] = []

    def positions(self) -> dict[Path, int]:
        """How many bytes of each part were read so far."""
        return {tail.path: tail.position for tail in self._tails}

    def until(self, moment: int) -> list[Event]:
        """The events up to `moment` (monotonic nanoseconds) that no earlier call gave.

        Events are written a little after they happen: the order holds for moments that lie further back than that.
        """
        gathered = self._later + [event for tail in self._tails for event in tail.new_events()]
        gathered.sort(key=lambda event: event.at)
        here = bisect_right(gathered, moment, key=lambda event: event.at)
        self._later = gathered[here:]
        return gathered[:here]

"""Where in a file the parts of a journal lie, and their events read from there: of a long run they fill no memory."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from harness.errors import JournalError
from harness.events import Event
from harness.journal import MILESTONES, Header, Part, decode

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """A stretch of a file that can be read by itself: a member of a compressed one, or all of a plain one.

    `offset` is where it begins in the file, and `length` how much it holds: bytes, as they are read.
    """

    path: Path
    offset: int
    length: int

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        with self.path.open("rb") as file:
            file.seek(self.offset)
            if self.path.suffix == ".gz":
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield cast(BinaryIO, unpacked)
            else:
                yield file


@dataclass(frozen=True, slots=True)
class Section:
    """The events of one part, read anew each time: what stands from `begin` to `end` in a member, in bytes. A line that
    is none is left out, and so is what was written after somebody had looked for the end."""

    member: Member
    begin: int
    end: int

    def __iter__(self) -> Iterator[Event]:
        with self.member.open() as file:
            file.seek(self.begin)
            for _, line in _lines(file, self.begin, self.end):
                record = _decoded(line)
                if record is not None and not isinstance(record, Header):
                    yield record


def find_parts(path: Path) -> list[Part]:
    """All parts in the file, after one look at each line. Raises JournalError where it is none of ours."""
    parts = [part for member in _members(path) for part in _parts(member)]
    if not parts:
        raise JournalError("not a journal: it has no header line")
    return parts


def written(path: Path) -> Iterator[bytes]:
    """The lines of a part, without the room that its writer reserved and did not use."""
    with path.open("rb") as part:
        for line in part:
            whole, nothing, _ = line.partition(b"\0")
            yield whole
            if nothing:
                return


def _parts(member: Member) -> Iterator[Part]:
    header: Header | None = None
    begin = end = torn = 0
    found: list[Event] = []
    with member.open() as file:
        for place, line in _lines(file, 0, member.length):
            record, end = _decoded(line), place + len(line)
            if record is None:
                torn += 1
            elif isinstance(record, Header):
                if header is not None:
                    yield Part(header, Section(member, begin, place), torn, tuple(found))
                header, begin, torn, found = record, place, 0, []
            elif header is None:
                raise JournalError("not a journal: its first line is no header")
            elif isinstance(record, MILESTONES):
                found.append(record)
    if header is not None:
        yield Part(header, Section(member, begin, end), torn, tuple(found))


def _lines(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    """(where it begins, line) for each that is not empty. Zeros are room that the writer of a part reserved."""
    place = begin
    for line in file:
        if place >= end:
            return
        whole, nothing, _ = line[: end - place].partition(b"\0")
        if whole.strip():
            yield place, whole
        if nothing:
            return
        place += len(line)


def _decoded(line: bytes) -> Header | Event | None:
    """None of a line that a kill tore."""
    try:
        return decode(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _members(path: Path) -> Iterator[Member]:
    if path.suffix != ".gz":
        yield Member(path, 0, path.stat().st_size)
        return
    with path.open("rb") as file:
        offset, length, unpacker = 0, 0, zlib.decompressobj(wbits=31)
        packed = file.read(_CHUNK)
        while packed:
            length += len(unpacker.decompress(packed))
            packed = unpacker.unused_data
            if unpacker.eof:
                yield Member(path, offset, length)
                offset, length, unpacker = file.tell() - len(packed), 0, zlib.decompressobj(wbits=31)
            packed = packed or file.read(_CHUNK)
        if file.tell() > offset:
            raise EOFError("it was cut short")

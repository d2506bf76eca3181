"""Where in a file the parts of a journal lie, and their events read from there: of a long run they fill no memory."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from harness.errors import JournalError, NothingMeasured
from harness.events import Event
from harness.journal import MILESTONES, Header, Part, decode
from harness.recording.packing import packed_of

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """A stretch of a file that can be read by itself: a member of a compressed one, or all of a plain one.

    `offset` is where it begins in the file, `size` what it takes there, and `length` how much it holds: bytes, as they
    are read.
    """

    path: Path
    offset: int
    size: int
    length: int

    @contextmanager
    def open(self, begin: int = 0) -> Iterator[BinaryIO]:
        """To be read from its byte `begin` on."""
        with self.path.open("rb") as file:
            if self.path.suffix == ".gz":
                file.seek(self.offset)
                with gzip.GzipFile(fileobj=file) as unpacked:
                    unpacked.seek(begin)
                    yield cast(BinaryIO, unpacked)
            else:
                file.seek(self.offset + begin)
                yield file


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands from `begin` to `end` in a member: bytes, and whole lines."""

    member: Member
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """The events of one part, read anew each time. A line that is none is left out, and so is what was written after
    somebody had looked for the end."""

    pieces: tuple[Piece, ...]

    def __iter__(self) -> Iterator[Event]:
        for piece in self.pieces:
            with piece.member.open(piece.begin) as file:
                for _, line in _lines(file, piece.begin, piece.end):
                    record = _decoded(line)
                    if record is not None and not isinstance(record, Header):
                        yield record


def find_parts(path: Path) -> list[Part]:
    """All parts in the file, after one look at each line. Raises JournalError where it is none of ours."""
    parts = list(_parts(_members_of(path)))
    if not parts:
        raise NothingMeasured("not a journal: it has no header line")
    return parts


def copy_packed(part: Path, joined: BinaryIO) -> int:
    """Adds the packed beginning of a part, where it has one, to a compressed file. How much of the part that was: bytes
    as they are read."""
    if not packed_of(part).exists():
        return 0
    members = list(_members(packed_of(part), cut=True))
    with packed_of(part).open("rb") as packed:
        for member in members:
            packed.seek(member.offset)
            joined.write(packed.read(member.size))
    return sum(member.length for member in members)


def written(path: Path, begin: int = 0) -> Iterator[bytes]:
    """The lines of a part from `begin` on, without the room that its writer reserved and did not use."""
    with path.open("rb") as part:
        part.seek(begin)
        for line in part:
            whole, nothing, _ = line.partition(b"\0")
            yield whole
            if nothing:
                return


def _parts(members: Iterable[Member]) -> Iterator[Part]:
    header: Header | None = None
    torn = 0
    pieces: list[Piece] = []
    found: list[Event] = []
    for member in members:
        begin = end = 0
        with member.open() as file:
            for place, line in _lines(file, 0, member.length):
                record, end = _decoded(line), place + len(line)
                if record is None:
                    torn += 1
                elif isinstance(record, Header):
                    if header is not None:
                        yield Part(header, Section((*pieces, Piece(member, begin, place))), torn, tuple(found))
                    header, begin, torn, pieces, found = record, place, 0, [], []
                elif header is None:
                    raise JournalError("not a journal: its first line is no header")
                elif isinstance(record, MILESTONES):
                    found.append(record)
        pieces.append(Piece(member, begin, end))
    if header is not None:
        yield Part(header, Section(tuple(pieces)), torn, tuple(found))


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


def _members_of(path: Path) -> Iterator[Member]:
    if path.suffix == ".gz":
        yield from _members(path)
        return
    packed = 0
    if packed_of(path).exists():
        for member in _members(packed_of(path), cut=True):
            packed += member.length
            yield member
    rest = path.stat().st_size - packed
    yield Member(path, packed, rest, rest)


def _members(path: Path, *, cut: bool = False) -> Iterator[Member]:
    """Those of a compressed file. Raises EOFError where the last is cut short, unless it may be `cut`."""
    with path.open("rb") as file:
        offset, length, unpacker = 0, 0, zlib.decompressobj(wbits=31)
        packed = file.read(_CHUNK)
        while packed:
            length += len(unpacker.decompress(packed))
            packed = unpacker.unused_data
            if unpacker.eof:
                end = file.tell() - len(packed)
                yield Member(path, offset, end - offset, length)
                offset, length, unpacker = end, 0, zlib.decompressobj(wbits=31)
            packed = packed or file.read(_CHUNK)
        if file.tell() > offset and not cut:
            raise EOFError("it was cut short")

"""An event is one line of JSON, and a journal is a header line followed by events.

Pure: lines in, records out. Files are opened in `harness/recording`. A journal may hold several parts, each with its
header, one after the other: what the sink, the customers and the gate wrote, in whatever order they were joined.

The codec is lossless: `decode(encode(event)) == event` for every event, lone surrogates included.
"""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args

from harness import events
from harness.errors import JournalError
from harness.events import Event
from harness.field_types import Fits, fits_of

VERSION = 1
# How far an event may stand behind later ones in its part: a reply is stamped when its first byte comes, and written
# with its last; an outcome is written in a moment. Nanoseconds.
DISORDER = 5_000_000_000
# What a run is known by before a single request is looked at, and so little of each that all can be held.
MILESTONES = (events.Began, events.Replanned, events.Ended, events.Died, events.Aborted, events.Probed)

# A clock's moments, in nanoseconds, take no more bits.
_LATEST = 1 << 63

_KINDS: dict[str, type[Any]] = {kind.__name__.lower(): kind for kind in get_args(events.Event)}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_DEFAULTS = {kind: {f.name: f.default for f in fields(kind)} for kind in _NAMES}
# Those that a run has few of are looked at more closely, and so is a header: reports stand on what is in them.
_CLOSELY = {kind: fits_of(kind) for kind in (*MILESTONES, events.Asked, events.Identified)}
_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode
_text = json.encoder.encode_basestring_ascii


@dataclass(frozen=True, slots=True)
class Header:
    """Who wrote the events that follow. Two clocks read at one moment tie monotonic time to the calendar."""

    run: str
    phase: str
    role: str
    host: str
    monotonic_ns: int
    wall_ns: int


@dataclass(frozen=True, slots=True)
class Part:
    """One process's share of a run. `torn` counts lines cut short by a kill; a whole journal has none.

    `events` can be gone through again and again; those of a long run are read from its file each time. `found` are the
    milestones among them, where whoever made the part has looked.
    """

    header: Header
    events: Iterable[Event]
    torn: int = 0
    found: tuple[Event, ...] | None = None

    @property
    def milestones(self) -> tuple[Event, ...]:
        if self.found is not None:
            return self.found
        return tuple(event for event in self.events if isinstance(event, MILESTONES))


_OF_HEADER = fits_of(Header)


def encode_header(header: Header) -> str:
    return _dumps({"journal": VERSION, **{f.name: getattr(header, f.name) for f in fields(header)}})


def encode(event: Event) -> str:
    """One line, without its newline. Fields at their default are left out."""
    quick = _QUICK.get(type(event))
    return quick(event) if quick else _encode(event)


def _encode(event: Event) -> str:
    kind = type(event)
    line: dict[str, Any] = {"e": _NAMES[kind]}
    for name, default in _DEFAULTS[kind].items():
        value = getattr(event, name)
        if value != default:
            line[name] = value
    return _dumps(line)


def _planned(event: events.Planned) -> str:
    session = "" if event.session is None else f',"session":{_text(event.session)}'
    return (
        f'{{"e":"planned","at":{event.at},"request":{_text(event.request)},"operation":{_text(event.operation)},'
        f'"customer":{_text(event.customer)}{session}}}'
    )


def _sent(event: events.Sent) -> str:
    queued = f',"queued":{event.queued}' if event.queued else ""
    held = f',"held":{event.held}' if event.held else ""
    return f'{{"e":"sent","at":{event.at},"request":{_text(event.request)}{queued}{held}}}'


def _acked(event: events.Acked) -> str:
    session = "" if event.session is None else f',"session":{_text(event.session)}'
    user = "" if event.user is None else f',"user":{_text(event.user)}'
    return f'{{"e":"acked","at":{event.at},"request":{_text(event.request)},"status":{event.status}{session}{user}}}'


# What a load client writes of each message that goes well: spelled out, since it does so thousands of times a second.
_QUICK: dict[type[Any], Callable[[Any], str]] = {events.Planned: _planned, events.Sent: _sent, events.Acked: _acked}


def decode(line: str) -> Header | Event:
    """Raises JournalError where the line is whole JSON but none of ours, and ValueError where it is torn."""
    record = json.loads(line)
    if not isinstance(record, dict):
        raise JournalError("not a journal: a line is no JSON object")
    try:
        if "journal" in record:
            return _decode_header(record)
        kind = _KINDS[record.pop("e")]
        if kind is events.Replied:
            record |= {name: tuple(record[name]) for name in ("problems", "key_in") if name in record}
        event: Event = kind(**record)
    except (KeyError, TypeError) as error:
        raise JournalError(f"not a journal of version {VERSION}: {error}") from None
    if type(event.at) is not int or not -_LATEST < event.at < _LATEST:
        raise JournalError(f"not a journal of version {VERSION}: the moment of one {_NAMES[kind]!r} is none")
    if kind in _CLOSELY:
        _look_at(event, _CLOSELY[kind], _NAMES[kind])
    return event


def read(lines: Iterable[str]) -> list[Part]:
    """All parts in `lines`. A line torn by a kill is counted in its part, and what follows it is still read."""
    parts: list[Part] = []
    header: Header | None = None
    gathered: list[Event] = []
    torn = 0
    for line in lines:
        if not line.strip():
            continue
        try:
            record = decode(line)
        except (ValueError, RecursionError):
            torn += 1
            continue
        if isinstance(record, Header):
            if header is not None:
                parts.append(Part(header, tuple(gathered), torn))
                gathered, torn = [], 0
            header = record
        elif header is None:
            raise JournalError("not a journal: its first line is no header")
        else:
            gathered.append(record)
    if header is None:
        raise JournalError("not a journal: it has no header line")
    parts.append(Part(header, tuple(gathered), torn))
    return parts


def in_time(parts: Iterable[Part], phase: str) -> Iterator[Event]:
    """The events of one phase from all its parts, in the order in which they happened (ties in the parts' order).

    Of parts that are read as they go, an event that stands more than DISORDER behind later ones comes late: the plan of
    a request, which is written when it is sent. It still comes before what follows from it.
    """
    ordered = (_ordered(part.events) for part in parts if part.header.phase == phase)
    return heapq.merge(*ordered, key=_at)


def _ordered(events: Iterable[Event]) -> Iterator[Event]:
    if isinstance(events, tuple):
        yield from sorted(events, key=_at)
        return
    waiting: list[tuple[int, int, Event]] = []
    latest = 0
    for place, event in enumerate(events):
        heapq.heappush(waiting, (event.at, place, event))
        latest = max(latest, event.at)
        while waiting[0][0] < latest - DISORDER:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def _at(event: Event) -> int:
    return event.at


def _decode_header(record: dict[str, Any]) -> Header:
    version = record.pop("journal")
    if version != VERSION:
        raise JournalError(f"a journal of version {version!r}; this harness reads version {VERSION}")
    header = Header(**record)
    _look_at(header, _OF_HEADER, "header")
    return header


def _look_at(record: Header | Event, fitting: Mapping[str, Fits], name: str) -> None:
    for field, fits in fitting.items():
        if not fits(getattr(record, field)):
            raise JournalError(f"not a journal of version {VERSION}: the {field} of one {name!r} is none")

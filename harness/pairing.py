"""Which reply answers which message? The API gives a message no id, so this is decided from sessions and time alone.

Here live the classes and the rule; no clock, no latency, no verdict. Every accepted message ends in exactly one class
and so does every arrival, whatever the interleaving:

    message     answered    one reply, in time, and it can be no other message's
                late        the same, after the reply timeout
                ambiguous   a reply came, and it fits more than one message of the session: first in, first out, with
                            the interval of latencies that are possible
                lost        no reply by the end, and its reply timeout was over
                unsettled   no reply by the end, but the end came before its timeout: cut short, neither lost nor found

    arrival     first       answers a message
                further     no message waited, and the session had an answer before: another part of it, or a human's
                duplicate   no message waited, and the session had these very bytes before
                unsolicited no message waited, and none was ever answered
                misrouted   a session that we never opened, or another user than the session's
                malformed   the contract objects to it

The rule, a session at a time: a message waits from the moment it was sent (a reply may overtake its 200) until a reply
takes it. While one message waits, its reply is certain. As soon as a reply meets several waiting messages, all of them
are candidates, and they stay so until as many replies have come as messages: every pair in between is ambiguous. A
message that the target did not accept waits for nothing.

A run is paired as it goes by. What cannot be decided yet stands in line in its session: a message until its outcome is
known, a reply to a session that is not known yet, and whatever came after them. So the classes are those that a look at
the whole run would find, with two exceptions that bound what a session can weigh: a duplicate is one of the last
MOST_SEEN bytes, and of a session that was not opened so far, replies beyond MOST_EARLY are misrouted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from harness import journal
from harness.events import Acked, Event, Replied, Sent
from harness.exchanges import Exchange, Exchanges
from harness.kept import Kept, Shelf

MessageClass = Literal["answered", "late", "ambiguous", "lost", "unsettled"]
ArrivalClass = Literal["first", "further", "duplicate", "unsolicited", "misrouted", "malformed"]
MESSAGE_CLASSES: tuple[MessageClass, ...] = get_args(MessageClass)
ARRIVAL_CLASSES: tuple[ArrivalClass, ...] = get_args(ArrivalClass)

# Sessions that are held in memory, of those that may still be heard of: all.
MOST_HELD = 5_000
# Different replies that a session is known to have had: one that is delivered again comes soon after the first.
MOST_SEEN = 100
# Replies that may come before their session is known: one overtakes the 200 that opens it, and hardly ever two.
MOST_EARLY = 100


@dataclass(frozen=True, slots=True)
class Message:
    """One accepted message: when it was due, when it was sent (monotonic nanoseconds), and into which session."""

    request: str
    session: str
    planned: int
    sent: int


@dataclass(frozen=True, slots=True)
class Paired:
    """A message and its end. `replied` is the arrival's time, None where none came.

    `sent_interval` holds the earliest and the latest moment at which the message that this reply answers can have been
    sent; for an exact pair both are the message's own.
    """

    message: Message
    ended: MessageClass
    replied: int | None = None
    sent_interval: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A webhook call and what it was."""

    reply: Replied
    ended: ArrivalClass


@dataclass(frozen=True, slots=True)
class Pairing:
    """Every accepted message and every arrival, each in exactly one class."""

    messages: tuple[Paired, ...]
    arrivals: tuple[Arrival, ...]


@dataclass(slots=True)
class _Session:
    """What one session is waiting for, and what stands in line until it can be decided.

    `candidates` counts the messages that the next reply may answer, some of which have theirs already; `earliest` and
    `latest` are when the first and the last of them were sent. A message in `line` has no outcome yet, unless it is in
    `accepted`: then it only waits for what stands before it.
    """

    user: str | None = None
    known: bool = False
    answered: bool = False
    waiting: list[Message] = field(default_factory=list)
    candidates: int = 0
    earliest: int = 0
    latest: int = 0
    seen: dict[str, None] = field(default_factory=dict)
    line: list[Message | Replied] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)


class Pairer:
    """Takes the events of one phase in the order of time, each with the exchange that it belongs to, and gives every
    message and every arrival once, as soon as it is decided."""

    def __init__(self, reply_timeout_s: float, shelf: Shelf | None = None) -> None:
        self._timeout = round(reply_timeout_s * 1e9)
        self._sessions: Kept[_Session] = Kept(_pack, _unpack, shelf, MOST_HELD)

    def enter(self, event: Event, exchange: Exchange | None) -> Iterable[Paired | Arrival]:
        if isinstance(event, Replied):
            return self._reply(event)
        decided: list[Paired | Arrival] = []
        if exchange is not None and exchange.sent is not None and exchange.operation == "sendMessage":
            session = self._session(exchange.session or "")
            if isinstance(event, Sent):
                session.line.append(_message(exchange))
            else:
                _settle(session, exchange.request, accepted=isinstance(event, Acked))
                decided += self._advance(session)
        if isinstance(event, Acked) and event.session is not None:
            session = self._session(event.session)
            session.known, session.user = True, event.user
            decided += self._advance(session)
        return decided

    def finish(self, end: int) -> Iterator[Paired | Arrival]:
        """What is decided by the end alone: `end` is when the sink stopped listening (ns)."""
        for session in self._sessions.values():
            session.line = [
                each for each in session.line if isinstance(each, Replied) or each.request in session.accepted
            ]
            yield from self._advance(session, last=True)
            for message in session.waiting:
                yield Paired(message, "lost" if end - message.sent >= self._timeout else "unsettled")

    def _session(self, name: str) -> _Session:
        session = self._sessions.get(name)
        if session is None:
            session = _Session()
            self._sessions.put(name, session)
        return session

    def _reply(self, reply: Replied) -> Iterable[Paired | Arrival]:
        if reply.problems:
            return (Arrival(reply, "malformed"),)
        if not reply.session:  # a session that nobody can have opened is never worth waiting for
            return (Arrival(reply, "misrouted"),)
        session = self._session(reply.session)
        if not session.line and session.known:
            return self._arrive(session, reply)
        if not session.known and len(session.line) >= MOST_EARLY:
            return (Arrival(reply, "misrouted"),)
        session.line.append(reply)
        return ()

    def _advance(self, session: _Session, *, last: bool = False) -> list[Paired | Arrival]:
        """Decides what stands in line, up to the first that cannot be decided yet."""
        decided: list[Paired | Arrival] = []
        passed = 0
        for each in session.line:
            if isinstance(each, Message):
                if each.request not in session.accepted:
                    break
                _wait(session, each)
            elif session.known or last:
                decided += self._arrive(session, each)
            else:
                break
            passed += 1
        del session.line[:passed]
        return decided

    def _arrive(self, session: _Session, reply: Replied) -> list[Paired | Arrival]:
        if not session.known or (session.user is not None and reply.user != session.user):
            return [Arrival(reply, "misrouted")]
        before = reply.digest in session.seen
        _remember(session, reply.digest)
        if session.waiting:
            session.answered = True
            return [Arrival(reply, "first"), _take(session, reply.at, self._timeout)]
        if before:
            return [Arrival(reply, "duplicate")]
        return [Arrival(reply, "further" if session.answered else "unsolicited")]


def pair(events: Iterable[Event], reply_timeout_s: float, end: int) -> Pairing:
    """Pairs the events of one phase, given in the order of time, all at once. `end` is when the sink stopped listening
    (ns)."""
    history = list(events)
    pairer, exchanges = Pairer(reply_timeout_s), Exchanges()
    decided = [each for event in history for each in pairer.enter(event, exchanges.enter(event))]
    decided += pairer.finish(end)
    places = {id(event): place for place, event in enumerate(history)}
    arrivals = [each for each in decided if isinstance(each, Arrival)]
    return Pairing(
        tuple(each for each in decided if isinstance(each, Paired)),
        tuple(sorted(arrivals, key=lambda arrival: places[id(arrival.reply)])),
    )


def _message(exchange: Exchange) -> Message:
    assert exchange.sent is not None
    return Message(exchange.request, exchange.session or "", exchange.planned, exchange.sent)


def _settle(session: _Session, request: str, *, accepted: bool) -> None:
    """A message has its outcome: one that was not accepted waits for nothing."""
    if accepted:
        session.accepted.add(request)
    else:
        session.line = [each for each in session.line if isinstance(each, Replied) or each.request != request]


def _wait(session: _Session, message: Message) -> None:
    session.known = True  # whoever accepts a message knows the session, even where the line that opened it was torn
    session.accepted.discard(message.request)
    session.waiting.append(message)
    if not session.candidates:
        session.earliest = message.sent
    session.candidates += 1
    session.latest = message.sent


def _remember(session: _Session, digest: str) -> None:
    session.seen.pop(digest, None)
    session.seen[digest] = None
    if len(session.seen) > MOST_SEEN:
        del session.seen[next(iter(session.seen))]


def _take(session: _Session, replied: int, timeout: int) -> Paired:
    """Gives the reply to the oldest waiting message, exactly or with the interval of what is possible."""
    message = session.waiting.pop(0)
    interval = (session.earliest, session.latest)
    exact = session.candidates == 1
    if not session.waiting:
        session.candidates = 0
    if not exact:
        return Paired(message, "ambiguous", replied, interval)
    return Paired(message, "late" if replied - message.sent > timeout else "answered", replied, interval)


def _pack(session: _Session) -> list[Any]:
    return [
        session.user,
        session.known,
        session.answered,
        [_packed(message) for message in session.waiting],
        [session.candidates, session.earliest, session.latest],
        list(session.seen),
        [journal.encode(each) if isinstance(each, Replied) else _packed(each) for each in session.line],
        sorted(session.accepted),
    ]


def _packed(message: Message) -> list[Any]:
    return [message.request, message.session, message.planned, message.sent]


def _unpack(data: list[Any]) -> _Session:
    user, known, answered, waiting, (candidates, earliest, latest), seen, line, accepted = data
    return _Session(
        user,
        known,
        answered,
        [Message(*each) for each in waiting],
        candidates,
        earliest,
        latest,
        dict.fromkeys(seen),
        [_unpacked(each) for each in line],
        set(accepted),
    )


def _unpacked(data: Any) -> Message | Replied:
    if not isinstance(data, str):
        return Message(*data)
    reply = journal.decode(data)
    assert isinstance(reply, Replied)
    return reply

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
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from harness.events import Acked, Event, Planned, Replied, Sent

MessageClass = Literal["answered", "late", "ambiguous", "lost", "unsettled"]
ArrivalClass = Literal["first", "further", "duplicate", "unsolicited", "misrouted", "malformed"]
MESSAGE_CLASSES: tuple[MessageClass, ...] = get_args(MessageClass)
ARRIVAL_CLASSES: tuple[ArrivalClass, ...] = get_args(ArrivalClass)


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
    """What one session is waiting for. `certain` is False while a reply met several candidates."""

    user: str | None
    waiting: list[Message] = field(default_factory=list)
    candidates: list[Message] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    answered: bool = False


def pair(events: Iterable[Event], reply_timeout_s: float, end: int) -> Pairing:
    """Pairs the events of one phase, given in the order of time. `end` is when the sink stopped listening (ns)."""
    history = list(events)
    accepted = _accepted(history)
    sessions = _sessions(history)
    timeout = round(reply_timeout_s * 1e9)
    messages: list[Paired] = []
    arrivals: list[Arrival] = []
    for event in history:
        if isinstance(event, Sent) and event.request in accepted:
            message = accepted[event.request]
            session = sessions.setdefault(message.session, _Session(None))
            session.waiting.append(message)
            session.candidates.append(message)
        elif isinstance(event, Replied):
            ended, paired = _arrive(event, sessions, timeout)
            arrivals.append(Arrival(event, ended))
            messages.extend(paired)
    messages.extend(_left_waiting(sessions.values(), timeout, end))
    return Pairing(tuple(messages), tuple(arrivals))


def _accepted(history: Iterable[Event]) -> dict[str, Message]:
    """The messages that the target answered 2xx, by request, wherever in the history that answer stands."""
    planned: dict[str, Planned] = {}
    sent: dict[str, int] = {}
    accepted: dict[str, Message] = {}
    for event in history:
        if isinstance(event, Planned) and event.operation == "sendMessage":
            planned[event.request] = event
        elif isinstance(event, Sent) and event.request in planned:
            sent[event.request] = event.at
        elif isinstance(event, Acked) and event.request in sent:
            plan = planned[event.request]
            accepted[event.request] = Message(event.request, plan.session or "", plan.at, sent[event.request])
    return accepted


def _sessions(history: Iterable[Event]) -> dict[str, _Session]:
    return {
        event.session: _Session(event.user)
        for event in history
        if isinstance(event, Acked) and event.session is not None
    }


def _arrive(reply: Replied, sessions: dict[str, _Session], timeout: int) -> tuple[ArrivalClass, list[Paired]]:
    if reply.problems:
        return "malformed", []
    session = sessions.get(reply.session or "")
    if session is None or (session.user is not None and reply.user != session.user):
        return "misrouted", []
    before = reply.digest in session.seen
    session.seen.add(reply.digest)
    if session.waiting:
        session.answered = True
        return "first", [_take(session, reply.at, timeout)]
    if before:
        return "duplicate", []
    return ("further" if session.answered else "unsolicited"), []


def _take(session: _Session, replied: int, timeout: int) -> Paired:
    """Gives the reply to the oldest waiting message, exactly or with the interval of what is possible."""
    message = session.waiting.pop(0)
    interval = (session.candidates[0].sent, session.candidates[-1].sent)
    exact = len(session.candidates) == 1
    if not session.waiting:
        session.candidates.clear()
    if not exact:
        return Paired(message, "ambiguous", replied, interval)
    return Paired(message, "late" if replied - message.sent > timeout else "answered", replied, interval)


def _left_waiting(sessions: Iterable[_Session], timeout: int, end: int) -> Iterator[Paired]:
    for session in sessions:
        for message in session.waiting:
            yield Paired(message, "lost" if end - message.sent >= timeout else "unsettled")

"""What may not happen in any webhook call. Pure: what arrived and what was promised go in, a tally comes out."""

import json
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

from harness.conformance.ledger import Talk
from harness.conformance.oracles import leaks_text
from harness.conformance.outcome import Finding, Tally
from harness.events import Replied

Talks = dict[str, Talk]
# A reply may come twice, now and then. More copies than this many a message, and at least so many, are a repetition.
COPIES_PER_MESSAGE = 2
FEWEST_COPIES = 3
# Characters that were escaped for a page, or for JSON, once too often.
_ESCAPED = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9a-fA-F]{1,5});|\\u[0-9a-fA-F]{4}")


def documented(arrivals: Sequence[Replied]) -> Tally:
    """RPL-2: each is a JSON object as documented. What `participantType` and `content` hold is RPL-4's business."""
    return _each(arrivals, lambda arrival: "; ".join(p for p in arrival.problems if not _is_value(p)) or None)


def addressed(arrivals: Sequence[Replied], talks: Talks) -> Tally:
    """RPL-3: each names a session and its user.

    A session that is none of ours is held against the target only while one of ours waits in vain: another one of the
    same tenant, from before, may still be talking.
    """
    answered = {arrival.session for arrival in arrivals}
    waiting = any(talk.accepted and not talk.excused and talk.session not in answered for talk in talks.values())

    def objection(arrival: Replied) -> str | None:
        talk = talks.get(arrival.session or "")
        if talk is None:
            return "a session that is none of ours, while one of ours got no reply" if waiting else None
        wrong = talk.user is not None and arrival.user is not None and talk.user != arrival.user
        return "the userId is not that of the session" if wrong else None

    return _each([arrival for arrival in arrivals if arrival.session is not None], objection)


def spoken(arrivals: Sequence[Replied], talks: Talks) -> Tally:
    """RPL-4: `participantType` is bot or agent; `content` is a string, in the characters that were meant.

    Where something doubtful was said, what comes back of it is doubtful as well.
    """

    def objection(arrival: Replied) -> str | None:
        data = data_of(arrival)
        if "participantType" in data and data["participantType"] not in ("bot", "agent"):
            return "participantType is neither bot nor agent"
        if "content" not in data:
            return None
        content = data["content"]
        if not isinstance(content, str):
            return "content is no string"
        return None if _doubtful(arrival, talks) else garbled(content)

    return _each(arrivals, objection)


def settled(arrivals: Iterable[Replied], talks: Talks, hung_up: Container[str] = ()) -> Tally:
    """RPL-6: what got its 200 does not come again and again.

    Now and then twice is no failure, and the parts of one reply may well be alike. In sessions of which the sender
    `hung_up` on a call, it never got the 200 that was meant for it.
    """
    arrivals = [arrival for arrival in arrivals if arrival.session not in hung_up]
    copies = Counter(_event(arrival) for arrival in arrivals if arrival.status == 200)
    tally = Tally(exercised=len(arrivals))
    parts = _parts(copies, talks)
    for event, count in copies.items():
        session = event[0]
        talk = talks.get(session or "")
        # How much was said in a session that is none of ours, nobody knows.
        if talk and count > max(FEWEST_COPIES - 1, COPIES_PER_MESSAGE * parts * len(talk.accepted)):
            first = next(arrival for arrival in arrivals if _event(arrival) == event)
            tally.findings.append(Finding("the same event again, though it got its 200", first, count))
    return tally


def labelled(arrivals: Sequence[Replied], talks: Talks) -> Tally:
    """RPL-9: it says `application/json`, and its content is not empty."""

    def objection(arrival: Replied) -> str | None:
        kind = (arrival.content_type or "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            return f"the Content-Type is {kind or 'missing'}"
        content = data_of(arrival).get("content")
        empty = isinstance(content, str) and not content.strip()
        return "content is empty" if empty and not _doubtful(arrival, talks) else None

    return _each(arrivals, objection)


def discreet(arrivals: Sequence[Replied], holds_key: Callable[[str], bool]) -> Tally:
    """SEC-4: a webhook call leaks nothing."""

    def objection(arrival: Replied) -> str | None:
        if arrival.key_in:
            return f"a key of ours in {', '.join(arrival.key_in)}"
        body = arrival.body or ""
        return "a key of ours" if holds_key(body) else leaks_text(body)

    return _each(arrivals, objection)


def data_of(arrival: Replied) -> dict[str, Any]:
    """The `data` of the event, or an empty one."""
    try:
        value = json.loads(arrival.body or "")
    except (ValueError, RecursionError):
        return {}
    data = value.get("data") if isinstance(value, dict) else None
    return data if isinstance(data, dict) else {}


def content_of(arrival: Replied) -> str:
    """What was said, as text; nothing where there is none."""
    return str(data_of(arrival).get("content", ""))


def garbled(text: str) -> str | None:
    """Text that was decoded with the wrong character set on its way, or lost characters on it."""
    if "\ufffd" in text:
        return "content has lost characters on its way"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "content has half a character in it"
    if escaped := _ESCAPED.search(text):
        return f"content has {escaped[0]} where a character was meant"
    for charset in ("cp1252", "latin-1"):
        try:
            meant = text.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
        if meant != text:
            return "content is UTF-8 that was read as another character set"
    return None


def _parts(events: Iterable[tuple[str | None, str, str]], talks: Talks) -> int:
    """Of how many parts a reply is, at most: what came, and was not the same, where one message was sent."""
    alone = {session for session, talk in talks.items() if len(talk.accepted) == 1}
    different = Counter((session, endpoint) for session, _, endpoint in events if session in alone)
    return max(different.values(), default=1)


def _event(arrival: Replied) -> tuple[str | None, str, str]:
    """What makes it the same event again: a copy at another URL is none."""
    return arrival.session, arrival.digest, arrival.endpoint


def _doubtful(arrival: Replied, talks: Talks) -> bool:
    talk = talks.get(arrival.session or "")
    return talk is not None and talk.doubtful > 0


def _is_value(problem: str) -> bool:
    return problem.startswith(("data.participantType:", "data.content:"))


def _each(arrivals: Iterable[Replied], objection: Callable[[Replied], str | None]) -> Tally:
    tally = Tally()
    found: dict[str, Finding] = {}
    for arrival in arrivals:
        tally.exercised += 1
        against = objection(arrival)
        if against and against in found:
            found[against].count += 1
        elif against:
            found[against] = Finding(against, arrival)
    tally.findings = list(found.values())
    return tally

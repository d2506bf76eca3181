"""A load run of any length, as its processes would have written it: for asking what the length of a run costs.

Customers open a session, send five messages, and leave. One message in a hundred is lost, one limited, one refused, and
one is answered twice; one in a thousand is answered a minute late.
"""

import heapq
from collections.abc import Iterator
from pathlib import Path
from random import Random

from harness.events import Acked, Began, Ended, Event, Gauged, Limited, Planned, Refused, Replied, Sent
from harness.journal import Header
from harness.recording.reader import PARTS
from harness.recording.writer import JournalWriter

MS = 1_000_000
# Events of one conversation that goes well, and how many conversations begin in a second.
EVENTS = 23
RATE = 33
TIMEOUT_S = 10.0


def write_long_run(folder: Path, conversations: int) -> None:
    """About EVENTS times as many events, in the parts of `folder`."""
    end = (conversations * 1000 // RATE + 100_000) * MS
    settings = {"reply_timeout_s": TIMEOUT_S, "objectives": ["reply_p99<2s over 10s", "lost<5%"], "seed": 1}
    harness: list[Event] = [Began(0, 1, "load", settings)]
    harness += [Gauged(at, "sink", "lag_ms", 1.0) for at in range(0, end, 1000 * MS)]
    _write(folder, "harness", iter([*harness, Ended(end, end, "load", "completed")]))
    _write(folder, "customers", (event for event in _events(conversations) if not isinstance(event, Replied)))
    _write(folder, "sink", (event for event in _events(conversations) if isinstance(event, Replied)))


def _write(folder: Path, role: str, events: Iterator[Event]) -> None:
    header = Header("run", "load", role, "host", 0, 1)
    with JournalWriter(folder / PARTS / f"load-{role}.ndjson", header) as journal:
        gathered: list[Event] = []
        for event in events:
            gathered.append(event)
            if len(gathered) == 1000:
                journal.write(*gathered)
                gathered.clear()
        if gathered:
            journal.write(*gathered)


def _events(conversations: int) -> Iterator[Event]:
    """In the order of time: those that are still to come of the conversations under way are a heap."""
    dice = Random(7)
    coming: list[tuple[int, int, Event]] = []
    count = 0
    for number in range(conversations):
        began = number * 1000 * MS // RATE
        while coming and coming[0][0] < began:
            yield heapq.heappop(coming)[2]
        for event in _conversation(number, began, dice):
            heapq.heappush(coming, (event.at, count, event))
            count += 1
    while coming:
        yield heapq.heappop(coming)[2]


def _conversation(number: int, began: int, dice: Random) -> Iterator[Event]:
    session, user, at = f"{number:032x}", f"u{number}", began
    yield from (Planned(at, f"l{number}.0", "createSession", f"c{number}"), Sent(at, f"l{number}.0"))
    yield Acked(at + 2 * MS, f"l{number}.0", 200, session, user)
    for line in range(1, 6):
        at, request, fate = at + dice.randrange(500, 1500) * MS, f"l{number}.{line}", dice.random()
        yield from (Planned(at, request, "sendMessage", f"c{number}", session), Sent(at, request))
        if fate < 0.01:
            yield Limited(at + 2 * MS, request, 1.0)
        elif fate < 0.02:
            yield Refused(at + 2 * MS, request, 404, "session_not_found")
        else:
            yield Acked(at + 2 * MS, request, 200)
            latency = 60_000 if fate > 0.999 else dice.randrange(20, 400)
            digest = f"{dice.getrandbits(128):032x}"
            for again in range((fate > 0.03) + (fate > 0.98)):
                reply_at = at + (latency + again) * MS
                yield Replied(reply_at, reply_at, session, user, "bot", digest)

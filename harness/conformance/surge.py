"""Many customers at once, before anything is known of a limit: the only requests that are meant to be limited.

With the first 429 it ends. Whoever was turned away is left alone, so that a reply to what was never taken would show.
"""

import threading
from dataclasses import dataclass, field

from harness.client.exchange import Answer
from harness.client.source_system import SourceSystem
from harness.conformance.samples import customer
from harness.conformance.sessions import together


@dataclass(slots=True)
class Surge:
    """What came of it. `turned_away` are sessions in which nothing was said but what was limited; `elsewhere` is what
    another tenant met at that moment, None where there is no other or nothing was limited."""

    answers: list[Answer] = field(default_factory=list)
    turned_away: list[str] = field(default_factory=list)
    elsewhere: Answer | None = None

    @property
    def limited(self) -> bool:
        return any(answer.status == 429 for answer in self.answers)


def surge(api: SourceSystem, other: SourceSystem | None, customers: int) -> Surge:
    """So many customers open a session and say something, as fast as the ceiling allows."""
    came = Surge()
    enough = threading.Event()
    lock = threading.Lock()

    def note(answer: Answer) -> None:
        with lock:
            came.answers.append(answer)
            first = answer.status == 429 and not enough.is_set()
            if first:
                enough.set()
        if first and other is not None:
            came.elsewhere = other.create_session(customer(4999), hurried=True)

    def visit(number: int) -> None:
        if enough.is_set():
            return
        created = api.create_session(customer(5000 + number), hurried=True)
        note(created)
        session = created.member("sessionId")
        if not created.accepted or not isinstance(session, str) or enough.is_set():
            return
        said = api.send_message(session, "Is anybody there?", hurried=True)
        note(said)
        if said.status == 429:
            came.turned_away.append(session)

    together(visit, range(customers))
    return came

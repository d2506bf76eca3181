"""Sessions for the checks, with customers of their own."""

import itertools
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from harness.client.exchange import Answer
from harness.client.source_system import SourceSystem
from harness.conformance.outcome import NotExercised
from harness.conformance.samples import Customer, customer

T = TypeVar("T")
R = TypeVar("R")
# Requests that are under way at once, at most.
AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Session:
    """What createSession gave out. `user` is None where it left the userId out."""

    id: str
    user: str | None
    answer: Answer


class Sessions:
    """Opens sessions as the documented use has it; where none can be opened, what needs one was not exercised."""

    def __init__(self, api: SourceSystem) -> None:
        self._api = api
        self._numbers = itertools.count(1)

    def open(self, who: Customer | None = None) -> Session:
        """A new session. Raises NotExercised where the target gives none."""
        answer = self._api.create_session(who or customer(next(self._numbers)))
        session, user = answer.member("sessionId"), answer.member("userId")
        if not answer.accepted or not isinstance(session, str) or not session:
            raise NotExercised(f"it takes a session, and none could be created: {answer.shown()}")
        return Session(session, user if isinstance(user, str) else None, answer)

    def several(self, count: int) -> list[Session]:
        """That many new sessions, created at the same time."""
        return together(lambda _: self.open(), range(count))


def together(act: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Does it for all items at once; the results in the items' order. The first error is raised, once all are done."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, items))

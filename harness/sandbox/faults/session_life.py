"""Sessions that end too early: SES-3."""

import time
from collections import Counter, deque
from typing import ClassVar

from harness.sandbox.exchange import Answer, Exchange, session_not_found
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session

KEPT = 20
READY_AFTER_S = 1.0


class EndsAfterMessages(Fault):
    """Ends a session with its so-manieth message."""

    most: ClassVar[int]

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._messages: Counter[Session] = Counter()

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if exchange.operation == "sendMessage" and answer.status == 200 and exchange.session:
            self._messages[exchange.session] += 1
            if self._messages[exchange.session] >= self.most:
                del self._messages[exchange.session]
                self.services.sessions.expire(exchange.session)
        return answer


class SessionWorksOnce(EndsAfterMessages):
    name = "session-works-once"
    breaks = "SES-3"
    summary = "a session is gone after its first message"
    most = 1


class SessionTakesTen(EndsAfterMessages):
    name = "session-takes-ten"
    breaks = "SES-3"
    summary = "a session is gone after its tenth message"
    most = 10


class SessionTakesThirty(EndsAfterMessages):
    name = "session-takes-thirty"
    breaks = "SES-3"
    summary = "a session is gone after its thirtieth message"
    most = 30


class SessionEndsWith400(Fault):
    name = "session-ends-with-400"
    breaks = "SES-3"
    summary = "a session is gone after a message to it was refused by a 400"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if exchange.operation == "sendMessage" and answer.status == 400 and exchange.tenant:
            session = self.services.sessions.find(exchange.path_session_id, exchange.tenant)
            if session:
                self.services.sessions.expire(session)
        return answer


class SessionEndsWithNext(Fault):
    name = "session-ends-with-next"
    breaks = "SES-3"
    summary = "a session is gone once another is created with the same phone number"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._latest: dict[object, Session] = {}

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        caller = session.tenant, repr(exchange.body["customer"].get("phoneNumber"))
        earlier = self._latest.get(caller)
        if earlier:
            self.services.sessions.expire(earlier)
        self._latest[caller] = session
        return session


class OnlyLatestSessions(Fault):
    name = "only-latest-sessions"
    breaks = "SES-3"
    summary = f"only the {KEPT} sessions that were created last are kept"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._kept: deque[Session] = deque()

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        self._kept.append(session)
        if len(self._kept) > KEPT:
            self.services.sessions.expire(self._kept.popleft())
        return session


class LifetimeInMilliseconds(Fault):
    name = "lifetime-in-milliseconds"
    breaks = "SES-3"
    summary = "sessions expire a thousand times too early: seconds are taken for milliseconds"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        services.sessions.ttl_s /= 1000


class SessionNotAtOnce(Fault):
    name = "session-not-at-once"
    breaks = "SES-3"
    summary = f"a new session is not found until {READY_AFTER_S:g} s after it was created"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._created: deque[tuple[float, Session]] = deque()

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        self._created.append((time.monotonic(), session))
        return session

    def on_request(self, exchange: Exchange) -> Answer | None:
        while self._created and self._created[0][0] + READY_AFTER_S <= time.monotonic():
            self._created.popleft()
        if any(session.id == exchange.path_session_id for _, session in self._created):
            raise session_not_found()
        return None

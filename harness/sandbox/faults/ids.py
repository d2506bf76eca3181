"""Session and user ids: missing, of another type, repeated or shared."""

import itertools
import secrets
from collections import defaultdict
from typing import Any

from harness.sandbox.answers import told, turned, untold
from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session

REPEAT_AFTER = 50


def _created(exchange: Exchange, answer: Answer) -> bool:
    return exchange.operation == "createSession" and answer.status == 200


class Created201(Fault):
    name = "created-201"
    breaks = "SES-1"
    summary = "a created session is answered 201 instead of 200"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return turned(answer, 201) if _created(exchange, answer) else answer


class MissingUserId(Fault):
    name = "missing-user-id"
    breaks = "SES-1"
    summary = "the answer to createSession lacks userId"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return untold(answer, "userId") if _created(exchange, answer) else answer


class EmptyUserId(Fault):
    name = "empty-user-id"
    breaks = "SES-1"
    summary = "the answer to createSession has an empty userId"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return told(answer, userId="") if _created(exchange, answer) else answer


class NullUserId(Fault):
    name = "null-user-id"
    breaks = "SES-1"
    summary = "the answer to createSession has null for userId"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return told(answer, userId=None) if _created(exchange, answer) else answer


class MissingSessionId(Fault):
    name = "missing-session-id"
    breaks = "SES-1"
    summary = "the answer to createSession has the session's id as id, not as sessionId"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if not _created(exchange, answer) or exchange.session is None:
            return answer
        return told(untold(answer, "sessionId"), id=exchange.session.id)


class NumericSessionId(Fault):
    name = "numeric-session-id"
    breaks = "SES-1"
    summary = "the answer to createSession tells sessionId as a number"

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        session.id = str(secrets.randbits(52))  # a client that reads it as floating point still has all of it
        return session

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if not _created(exchange, answer) or exchange.session is None:
            return answer
        return told(answer, sessionId=int(exchange.session.id))


class SessionRepeated(Fault):
    """Gives a session out again where it takes a customer for one that it has seen."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._given: dict[tuple[Tenant, str], Session] = {}

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        customer = self.known_by(exchange.body["customer"])
        return self._given.setdefault((session.tenant, customer), session)

    def known_by(self, customer: dict[str, Any]) -> str:
        raise NotImplementedError


class SameSessionForCustomer(SessionRepeated):
    name = "same-session-for-customer"
    breaks = "SES-2"
    summary = "a customer who is created again, in all the same words, gets the same session again"

    def known_by(self, customer: dict[str, Any]) -> str:
        return repr(sorted(customer.items()))


class SameSessionForPhoneNumber(SessionRepeated):
    name = "same-session-for-phone-number"
    breaks = "SES-2"
    summary = "all customers with one phone number, or without any, are given one session"

    def known_by(self, customer: dict[str, Any]) -> str:
        return repr(customer.get("phoneNumber"))


class SessionIdsRepeat(Fault):
    name = "session-ids-repeat"
    breaks = "SES-2"
    summary = f"after {REPEAT_AFTER} sessions their ids begin again with the first"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._given: list[str] = []
        self._numbers = itertools.count()

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        number = next(self._numbers)
        if number < REPEAT_AFTER:
            self._given.append(session.id)
        session.id = self._given[number % REPEAT_AFTER]
        return session


class SessionIdsSharedByTenants(Fault):
    name = "session-ids-shared-by-tenants"
    breaks = "SES-2"
    summary = "each tenant gets the same ids in the same order: the first session of one has the id of another's first"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._given: list[str] = []
        self._created: defaultdict[Tenant, int] = defaultdict(int)

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        number = self._created[session.tenant]
        self._created[session.tenant] += 1
        if number == len(self._given):
            self._given.append(session.id)
        session.id = self._given[number]
        return session


class OneUserForAll(Fault):
    name = "one-user-for-all"
    breaks = "SES-6"
    summary = "every session has the same userId"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._user_id = services.sessions.ids.new()

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        session.user_id = self._user_id
        return session


class UserIsSession(Fault):
    name = "user-is-session"
    breaks = "SES-8"
    summary = "the userId of a session is its sessionId again"

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        session.user_id = session.id
        return session

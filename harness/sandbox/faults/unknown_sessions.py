"""Sessions that are not there, or no longer: MSG-2 and MSG-3. And what a message to a live one is told: MSG-1."""

from dataclasses import replace
from http import HTTPStatus

from harness.sandbox.answers import turned, untold
from harness.sandbox.exchange import SESSION_NOT_FOUND, Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session

SHORTEST_PREFIX = 8


def _not_found(answer: Answer) -> bool:
    return answer.error_code == SESSION_NOT_FOUND


class Message202(Fault):
    name = "message-202"
    breaks = "MSG-1"
    summary = "a message is answered 202 instead of 200"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        accepted = exchange.operation == "sendMessage" and answer.status == 200
        return turned(answer, HTTPStatus.ACCEPTED) if accepted else answer


class Message204(Fault):
    name = "message-204"
    breaks = "MSG-1"
    summary = "a message is answered 204, without a body"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        accepted = exchange.operation == "sendMessage" and answer.status == 200
        return replace(answer, status=204, body=b"") if accepted else answer


class NeverExpires(Fault):
    name = "never-expires"
    breaks = "MSG-2"
    summary = "a session that has expired still takes messages"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        services.sessions.ttl_s = float("inf")


class SessionsRemembered(Fault):
    """Knows the sessions that there ever were, so that one that has expired is told from one that never was."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._known: dict[str, Session] = {}

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        self._known[session.id] = session
        return session

    def expired(self, exchange: Exchange, answer: Answer) -> Session | None:
        session = self._known.get(exchange.path_session_id) if _not_found(answer) else None
        return session if session and session.tenant is exchange.tenant else None


class Expired410(SessionsRemembered):
    name = "expired-410"
    breaks = "MSG-2"
    summary = "an expired session is answered 410 session_expired instead of 404 session_not_found"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return turned(answer, 410, "session_expired") if self.expired(exchange, answer) else answer


class ExpiredRevived(SessionsRemembered):
    name = "expired-revived"
    breaks = "MSG-2"
    summary = "a message to an expired session is answered 404, but revives it: the next one is accepted"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        session = self.expired(exchange, answer)
        if session:
            self.services.sessions.add(session)
        return answer


class ExpiredAnswered(SessionsRemembered):
    name = "expired-answered"
    breaks = "RPL-5"
    summary = "a message to an expired session is answered 404, but gets its reply all the same"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        session = self.expired(exchange, answer)
        if session:
            reply = self.services.replier.reply_to(session, "", exchange.received_ns)
            self.services.dispatcher.plan(reply)
        return answer


class WrongErrorCode(Fault):
    name = "wrong-error-code"
    breaks = "MSG-3"
    summary = 'an unknown or expired session is answered with errorCode "not_found"'

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return turned(answer, 404, "not_found") if _not_found(answer) else answer


class MissingErrorCode(Fault):
    name = "missing-error-code"
    breaks = "MSG-3"
    summary = "an unknown or expired session is answered 404 without an errorCode"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return untold(answer, "errorCode") if _not_found(answer) else answer


class UnknownSession400(SessionsRemembered):
    name = "unknown-session-400"
    breaks = "MSG-3"
    summary = "a session id that was never given out is answered 400 instead of 404"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        never = _not_found(answer) and not self.expired(exchange, answer)
        return turned(answer, 400, "bad_request") if never else answer


class UnknownSession200(Fault):
    name = "unknown-session-200"
    breaks = "MSG-3"
    summary = "a message to a session that there is not is answered 200, and dropped"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return untold(turned(answer, 200), "errorCode") if _not_found(answer) else answer


class UnknownSessionCreated(SessionsRemembered):
    name = "unknown-session-created"
    breaks = "MSG-3"
    summary = "a message to an id that was never given out creates a session of that id"

    def on_request(self, exchange: Exchange) -> Answer | None:
        assert exchange.tenant is not None
        if exchange.operation == "sendMessage" and exchange.path_session_id not in self._known:
            session = self.services.sessions.new(exchange.tenant)
            session.id = exchange.path_session_id
            self.services.sessions.add(session)
        return None


class SessionIdPrefix(SessionsRemembered):
    name = "session-id-prefix"
    breaks = "MSG-3"
    summary = f"the first {SHORTEST_PREFIX} or more characters of a session's id find it"

    def on_request(self, exchange: Exchange) -> Answer | None:
        asked = exchange.path_session_id
        if exchange.operation == "sendMessage" and len(asked) >= SHORTEST_PREFIX and asked not in self._known:
            exchange.path_session_id = next((known for known in self._known if known.startswith(asked)), asked)
        return None

"""Messages that are refused and get their reply all the same: RPL-5 and RATE-3."""

from harness.sandbox.exchange import SESSION_NOT_FOUND, Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.faults.limits import Limited
from harness.sandbox.sessions import Session


class RefusedAnswered(Fault):
    """Plans a reply to some messages that were refused."""

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        session = self.answered(exchange, answer) if exchange.operation == "sendMessage" else None
        if session:
            reply = self.services.replier.reply_to(session, "", exchange.received_ns)
            self.services.dispatcher.plan(reply)
        return answer

    def answered(self, exchange: Exchange, answer: Answer) -> Session | None:
        """The session that gets a reply."""
        raise NotImplementedError

    def own_session(self, exchange: Exchange) -> Session | None:
        if exchange.tenant is None:
            return None
        return self.services.sessions.find(exchange.path_session_id, exchange.tenant)


class InvalidAnswered(RefusedAnswered):
    name = "invalid-answered"
    breaks = "RPL-5"
    summary = "a message that is refused by a 400 gets a reply all the same"

    def answered(self, exchange: Exchange, answer: Answer) -> Session | None:
        return self.own_session(exchange) if answer.status == 400 else None


class UnauthorizedAnswered(RefusedAnswered):
    name = "unauthorized-answered"
    breaks = "RPL-5"
    summary = "a message that is refused by a 401 gets a reply all the same"

    def answered(self, exchange: Exchange, answer: Answer) -> Session | None:
        return self.foreign_session(exchange) if answer.status == 401 else None


class ForeignAnswered(RefusedAnswered):
    name = "foreign-answered"
    breaks = "RPL-5"
    summary = "another tenant's message is refused by a 404, but the session's owner gets a reply to it"

    def answered(self, exchange: Exchange, answer: Answer) -> Session | None:
        refused = answer.error_code == SESSION_NOT_FOUND
        return self.foreign_session(exchange) if refused else None


class LimitedAnswered(RefusedAnswered, Limited):
    name = "limited-answered"
    breaks = "RATE-3"
    summary = "a message that is refused by a 429 gets a reply all the same"

    def answered(self, exchange: Exchange, answer: Answer) -> Session | None:
        return self.own_session(exchange) if answer.status == 429 else None

"""Webhook registrations that are refused, forgotten or not followed: HOOK-1 and HOOK-3."""

import weakref
from collections import Counter
from dataclasses import replace

from yarl import URL

from harness.sandbox.answers import failure, refused, turned
from harness.sandbox.calls import Attempt, Call, Outcome
from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.replies import Reply
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session

LOST_AFTER = 15


class RegistrationFault(Fault):
    """Knows whether there is a registration already."""

    def registers(self, exchange: Exchange) -> bool:
        return exchange.operation == "registerWebhook"

    def registered(self, exchange: Exchange) -> URL | None:
        assert exchange.tenant is not None
        return self.services.webhooks.url_of(exchange.tenant)


class RegistrationRedirects(RegistrationFault):
    name = "registration-redirects"
    breaks = "HOOK-1"
    summary = "a registration takes effect, but is answered 303 as a form in a browser would be"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        accepted = self.registers(exchange) and answer.status == 200
        return replace(turned(answer, 303), headers={"Location": "/v1/webhooks"}) if accepted else answer


class RegistrationQueryRefused(RegistrationFault):
    name = "registration-query-refused"
    breaks = "HOOK-1"
    summary = "a webhook URL with a query is a 400"

    def on_request(self, exchange: Exchange) -> Answer | None:
        return refused("`url` is not valid.") if "?" in str(exchange.body.get("url")) else None


class RegisteredAgain409(RegistrationFault):
    name = "registered-again-409"
    breaks = "HOOK-3"
    summary = "registering again is a 409, and changes nothing"

    def on_request(self, exchange: Exchange) -> Answer | None:
        again = self.registers(exchange) and self.registered(exchange)
        return turned(refused("A webhook is registered already."), 409, "conflict") if again else None


class RegisteredAgain500(RegistrationFault):
    name = "registered-again-500"
    breaks = "HOOK-3"
    summary = "registering the same URL again is a 500: it is there already"

    def on_request(self, exchange: Exchange) -> Answer | None:
        again = self.registers(exchange) and str(self.registered(exchange)) == exchange.body.get("url")
        return failure() if again else None


class FirstRegistrationWins(RegistrationFault):
    name = "first-registration-wins"
    breaks = "HOOK-3"
    summary = "registering again is answered 200, but replies go on to the first URL"

    def on_request(self, exchange: Exchange) -> Answer | None:
        registered = self.registered(exchange) if self.registers(exchange) else None
        valid = isinstance(exchange.body.get("url"), str) and exchange.body.get("event") == "message"
        return Answer(200, {"status": 200}) if registered and valid else None


class RegistrationBoundToSession(RegistrationFault):
    name = "registration-bound-to-session"
    breaks = "HOOK-3"
    summary = "replies of a session go to what was registered when it was created"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._bound: weakref.WeakKeyDictionary[Session, URL] = weakref.WeakKeyDictionary()

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        registered = self.registered(exchange)
        if registered:
            self._bound[session] = registered
        return session

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, url=self._bound.get(reply.session, call.url))


class RegistrationWiped(RegistrationFault):
    name = "registration-wiped"
    breaks = "HOOK-3"
    summary = "a registration that is refused by a 400 removes the one there was"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if self.registers(exchange) and answer.status == 400 and exchange.tenant:
            self.services.webhooks.forget(exchange.tenant)
        return answer


class RegistrationLost(RegistrationFault):
    name = "registration-lost"
    breaks = "HOOK-3"
    summary = f"a registration is forgotten after {LOST_AFTER} replies"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._delivered: Counter[Tenant] = Counter()

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if self.registers(exchange) and answer.status == 200 and exchange.tenant:
            del self._delivered[exchange.tenant]
        return answer

    def on_attempt(self, attempt: Attempt, outcome: Outcome) -> Outcome:
        tenant = attempt.reply.session.tenant
        self._delivered[tenant] += attempt.delivered
        if self._delivered[tenant] == LOST_AFTER:
            self.services.webhooks.forget(tenant)
        return outcome

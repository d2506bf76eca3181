"""One tenant gets at what is another's: SEC-1 and SEC-2."""

from dataclasses import replace

from yarl import URL

from harness.sandbox.calls import Call
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.replies import Reply
from harness.sandbox.services import Services


class ForeignSessionTaken(Fault):
    name = "foreign-session-taken"
    breaks = "SEC-1"
    summary = "any tenant's key can send messages to any session, as if it were the session's own"

    def on_request(self, exchange: Exchange) -> Answer | None:
        session = self.foreign_session(exchange) if exchange.operation == "sendMessage" else None
        if session:
            exchange.tenant = session.tenant
        return None


class ForeignSessionExpired(Fault):
    name = "foreign-session-expired"
    breaks = "SEC-1"
    summary = "another tenant's message is answered 404, and ends the session that it was for"

    def on_request(self, exchange: Exchange) -> Answer | None:
        session = self.foreign_session(exchange) if exchange.operation == "sendMessage" else None
        if session:
            self.services.sessions.expire(session)
        return None


class RegistrationTaken(Fault):
    name = "registration-taken"
    breaks = "SEC-2"
    summary = "replies of all tenants go to the URL that any of them registered last"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._latest: URL | None = None

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if exchange.operation == "registerWebhook" and answer.status == 200 and exchange.tenant:
            self._latest = self.services.webhooks.url_of(exchange.tenant)
        return answer

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, url=self._latest or call.url)


class RepliesCopied(Fault):
    name = "replies-copied"
    breaks = "SEC-2"
    summary = "every reply goes to the webhooks of all tenants"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        webhooks = self.services.webhooks
        others = [tenant for tenant in self.services.config.tenants if tenant is not exchange.tenant]
        urls = [url for tenant in others if (url := webhooks.url_of(tenant))]
        return replies + [self._copy(reply, url) for reply in replies for url in urls]

    def _copy(self, reply: Reply, url: URL) -> Reply:
        copy = self.services.replier.another(reply)
        copy.url = url
        copy.outbox = copy  # what becomes of it delays nobody
        return copy

"""Registrations: how they are answered, and which of them count."""

from collections import defaultdict
from dataclasses import replace

from yarl import URL

from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.replies import Reply
from harness.sandbox.services import Services
from harness.sandbox.variants.base import Variant

MOST = 8


def _registered(exchange: Exchange, answer: Answer) -> bool:
    return exchange.operation == "registerWebhook" and answer.status == 200


class Registration204(Variant):
    name = "registration-204"
    summary = "a registration is answered 204, without a body"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return replace(answer, status=204, body=b"") if _registered(exchange, answer) else answer


class Registration201(Variant):
    name = "registration-201"
    summary = "a registration is answered 201, and told with an id of its own"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if not _registered(exchange, answer):
            return answer
        body = {"status": 201, "webhook": {"id": 1, "url": exchange.body.get("url"), "event": "message"}}
        return replace(answer, status=201, body=body)


class RegistrationsAccumulate(Variant):
    name = "registrations-accumulate"
    summary = f"the {MOST} URLs that were registered before get the replies as well"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._urls: defaultdict[Tenant, list[URL]] = defaultdict(list)  # each once, the latest last

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        url = self.services.webhooks.url_of(exchange.tenant) if exchange.tenant else None
        if _registered(exchange, answer) and exchange.tenant and url:
            urls = [other for other in self._urls[exchange.tenant] if other != url]
            self._urls[exchange.tenant] = [*urls, url][-MOST - 1 :]
        return answer

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        assert exchange.tenant is not None
        older = self._urls[exchange.tenant][:-1] if self.services.webhooks.url_of(exchange.tenant) else ()
        return replies + [self._copy(reply, url) for reply in replies for url in older]

    def _copy(self, reply: Reply, url: URL) -> Reply:
        copy = self.services.replier.another(reply)
        copy.url = url
        copy.outbox = (reply.session, url)  # a webhook that is gone delays nobody, and each gets them in order
        return copy

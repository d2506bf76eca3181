"""A request's way to its answer: route, authenticate, limit, read, understand, operate."""

import time
import traceback

from harness.sandbox.authentication import Authenticator
from harness.sandbox.config import Tenant
from harness.sandbox.deviation import Deviations, ReadBody
from harness.sandbox.exchange import Answer, Exchange, Refusal
from harness.sandbox.operations import Operations
from harness.sandbox.routing import route
from harness.sandbox.services import Services
from harness.sandbox.validation import json_object


class Api:
    """Answers every request, in JSON, whatever happens."""

    def __init__(self, services: Services, deviations: Deviations) -> None:
        self._services = services
        self._deviations = deviations
        self._authenticator = Authenticator(services.config.tenants)
        self._operations = Operations(services, deviations).by_name

    async def answer(self, exchange: Exchange, read_body: ReadBody) -> Answer:
        """Fills in `exchange` on the way. The body is not looked at before the key has been accepted."""
        try:
            answer = await self._decide(exchange, read_body)
        except Refusal as refusal:
            answer = refusal.answer()
        except Exception:
            self._services.console.line(f"an error of the sandbox itself:\n{traceback.format_exc()}")
            answer = Refusal(500, "internal_error", "An error occurred on the server.").answer()
        return self._deviations.on_answer(exchange, answer)

    async def _decide(self, exchange: Exchange, read_body: ReadBody) -> Answer:
        early = await self._deviations.on_arrival(exchange, read_body)
        if early is not None:
            return early
        exchange.operation = route(exchange)
        exchange.tenant = self._authenticate(exchange)
        self._limit(exchange)
        exchange.body = json_object(self._deviations.on_body(exchange, await read_body(exchange)))
        return self._deviations.on_request(exchange) or self._operations[exchange.operation](exchange)

    def _authenticate(self, exchange: Exchange) -> Tenant:
        try:
            tenant = self._authenticator.tenant_of(exchange.headers)
        except Refusal:
            let_in = self._deviations.on_unauthorized(exchange)
            if let_in is None:
                raise
            return let_in
        self._deviations.on_authorized(exchange)
        return tenant

    def _limit(self, exchange: Exchange) -> None:
        """Counts the request. What the limiter says of itself goes onto every answer that follows."""
        if self._services.limiter is None:
            return
        assert exchange.tenant is not None
        decision = self._services.limiter.decide(exchange.tenant.client_id, time.monotonic_ns())
        exchange.answer_headers.update(decision.headers())
        if not decision.admitted:
            raise Refusal(429, "rate_limited", "Too many requests. Wait for as long as Retry-After says.")

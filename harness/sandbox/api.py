"""A request's way to its answer: route, authenticate, limit, read, understand, operate."""

import time
import traceback
from collections.abc import Awaitable, Callable

from harness.sandbox.authentication import Authenticator
from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Answer, Exchange, Refusal
from harness.sandbox.faults import Faults
from harness.sandbox.operations import Operations
from harness.sandbox.routing import route
from harness.sandbox.services import Services
from harness.sandbox.validation import json_object

ReadBody = Callable[[Exchange], Awaitable[bytes]]


class Api:
    """Answers every request, in JSON, whatever happens."""

    def __init__(self, services: Services, faults: Faults) -> None:
        self._services = services
        self._faults = faults
        self._authenticator = Authenticator(services.config.tenants)
        self._operations = Operations(services, faults).by_name

    async def answer(self, exchange: Exchange, read_body: ReadBody) -> Answer:
        """Fills in `exchange` on the way. The body is not looked at before the key has been accepted."""
        try:
            answer = await self._decide(exchange, read_body)
        except Refusal as refusal:
            answer = refusal.answer()
        except Exception:
            self._services.console.line(f"an error of the sandbox itself:\n{traceback.format_exc()}")
            answer = Refusal(500, "internal_error", "An error occurred on the server.").answer()
        return self._faults.on_answer(exchange, answer)

    async def _decide(self, exchange: Exchange, read_body: ReadBody) -> Answer:
        exchange.operation = route(exchange)
        exchange.tenant = self._authenticate(exchange)
        self._limit(exchange)
        exchange.body = json_object(await read_body(exchange))
        return self._faults.on_request(exchange) or self._operations[exchange.operation](exchange)

    def _authenticate(self, exchange: Exchange) -> Tenant:
        try:
            return self._authenticator.tenant_of(exchange.headers)
        except Refusal:
            tenant = self._faults.on_unauthorized(exchange)
            if tenant is None:
                raise
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

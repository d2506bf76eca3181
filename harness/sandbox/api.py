"""A request's way to its answer: route, authenticate, limit, read, understand, operate."""

import traceback
from collections.abc import Set

from harness.sandbox.authentication import Authenticator
from harness.sandbox.config import Tenant
from harness.sandbox.deviation import Deviations, ReadBody
from harness.sandbox.exchange import Answer, Exchange, Refusal
from harness.sandbox.limiter.counting import ON_ARRIVAL, WITH_A_KEY, WITH_A_KEY_FOR_NO_SESSION
from harness.sandbox.limiter.ruling import Ruling
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
        await self._limit(exchange, ON_ARRIVAL)
        exchange.operation = route(exchange)
        exchange.tenant = self._authenticate(exchange)
        await self._limit(exchange, self._counted(exchange))
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

    def _counted(self, exchange: Exchange) -> Set[str]:
        """The kinds of requests that this one belongs to, now that its key is accepted."""
        if exchange.operation != "sendMessage" or self._services.limiter is None:
            return WITH_A_KEY
        assert exchange.tenant is not None
        session = self._services.sessions.find(exchange.path_session_id, exchange.tenant)
        return WITH_A_KEY if session else WITH_A_KEY_FOR_NO_SESSION

    async def _limit(self, exchange: Exchange, counted: Set[str]) -> None:
        """Counts the request. What the limiter says of itself goes onto every answer that follows."""
        limiter = self._services.limiter
        refusal = await limiter.admit(exchange, counted, self._services.clock) if limiter else None
        if refusal is not None:
            raise _limited(refusal)

    def ended(self, exchange: Exchange) -> None:
        """The answer goes to the socket now, or never will."""
        for ruling in exchange.rulings:
            ruling.end()


def _limited(ruling: Ruling) -> Refusal:
    """As its policy has it: a 429 that speaks of the limit, or a 503 that does not."""
    if ruling.policy.status == 503:
        return Refusal(503, "unavailable", "The server is busy. Try again later.")
    advice = " Wait for as long as Retry-After says." if ruling.policy.sends_retry_after else ""
    return Refusal(429, "rate_limited", f"Too many requests.{advice}")

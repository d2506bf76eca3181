"""The three operations. Each gets a request that is authenticated, within its limit, and a JSON object."""

import time
from collections.abc import Callable

from harness.sandbox import magic, validation
from harness.sandbox.delays import Delays
from harness.sandbox.deviation import Deviations
from harness.sandbox.exchange import Answer, Exchange, Refusal, session_not_found
from harness.sandbox.services import Services
from harness.sandbox.webhooks import REMOTE, is_loopback

Operation = Callable[[Exchange], Answer]

# However long the distribution's tail is.
LONGEST_ANSWER_S = 10.0


class Operations:
    """What the API does. Each operation either takes full effect, or raises Refusal and has none."""

    def __init__(self, services: Services, deviations: Deviations) -> None:
        self._services = services
        self._deviations = deviations
        config = services.config
        self._answer_delays = Delays(
            config.answer_median_s,
            config.answer_sigma,
            LONGEST_ANSWER_S,
            config.seed,
            "answers",
            config.answer_quantiles,
        )
        self.by_name: dict[str, Operation] = {
            "createSession": self.create_session,
            "sendMessage": self.send_message,
            "registerWebhook": self.register_webhook,
        }

    def create_session(self, exchange: Exchange) -> Answer:
        assert exchange.tenant is not None
        client_id = validation.required_string(exchange.body, "clientId")
        validation.required_string(exchange.body, "source")
        customer = validation.customer(exchange.body)
        if client_id != exchange.tenant.client_id:
            raise Refusal(401, "client_mismatch", "`clientId` is not the one that this key belongs to.")
        spell = magic.of_phone_number(customer.get("phoneNumber"))
        if spell.refusal:
            raise spell.refusal()
        sessions = self._services.sessions
        session = exchange.session = self._deviations.on_session(exchange, sessions.new(exchange.tenant))
        sessions.add(session)
        if spell.expires:
            sessions.expire(session)
        body = {"status": 200, "sessionId": session.id, "userId": session.user_id}
        return Answer(200, body, delay_s=self._delay_s(spell))

    def send_message(self, exchange: Exchange) -> Answer:
        assert exchange.tenant is not None
        services = self._services
        content = validation.message_content(exchange.body, services.config.bounds.content_characters)
        session = exchange.session = services.sessions.find(exchange.path_session_id, exchange.tenant)
        if session is None:
            raise session_not_found()
        spell = magic.of_content(content)
        if spell is not magic.NOTHING:
            exchange.asked_for = content.split(maxsplit=1)[0]
        if spell.expires:
            services.sessions.expire(session)
        if spell.refusal:
            raise spell.refusal()
        services.dispatcher.check_room(session)
        services.sessions.renew(session)
        self._reply(exchange, content, spell)
        return Answer(200, {"status": 200}, delay_s=self._delay_s(spell))

    def register_webhook(self, exchange: Exchange) -> Answer:
        assert exchange.tenant is not None
        url = validation.webhook_url(exchange.body)
        validation.webhook_event(exchange.body)
        self._services.webhooks.register(exchange.tenant, url)
        self._services.truth.write("registered", time.monotonic_ns(), exchange.tenant.client_id)
        called = self._services.config.allow_remote_webhooks or is_loopback(url.host)
        return Answer(200, {"status": 200}, note="replies go there from now on" if called else REMOTE)

    def _reply(self, exchange: Exchange, content: str, spell: magic.Magic) -> None:
        services, session = self._services, exchange.session
        assert session is not None
        delay_s = services.config.late_delay_s if spell.late else None
        reply = services.replier.reply_to(session, content, exchange.received_ns, delay_s=delay_s)
        replies = spell.mishap(reply, services.replier) if spell.mishap else services.replier.in_parts(reply)
        exchange.replies = self._deviations.on_replies(exchange, replies)
        for planned in exchange.replies:
            services.dispatcher.plan(planned)

    def _delay_s(self, spell: magic.Magic) -> float:
        if spell.slow:
            return self._services.config.slow_delay_s
        return self._answer_delays.draw()

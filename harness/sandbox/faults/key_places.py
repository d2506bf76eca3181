"""The key in other places than the header, and what is decided before it is looked at: SEC-5, SEC-6 and AUTH-1."""

import json
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl

from multidict import CIMultiDict, CIMultiDictProxy

from harness.sandbox.config import Tenant
from harness.sandbox.deviation import ReadBody
from harness.sandbox.exchange import Answer, Exchange, Refusal, session_not_found
from harness.sandbox.faults.base import Fault
from harness.sandbox.routing import route
from harness.sandbox.validation import json_object

NAMES = ("api_key", "apiKey", "apikey", "key", "token", "access_token")


class KeyInQuery(Fault):
    name = "key-in-query"
    breaks = "SEC-5"
    summary = "the key is taken from the query as well, where proxies log it"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        values = dict(parse_qsl(exchange.query))
        return next(filter(None, (self.holder_of(values.get(name)) for name in NAMES)), None)


class KeyInCookie(Fault):
    name = "key-in-cookie"
    breaks = "SEC-5"
    summary = "the key is taken from a cookie as well"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        try:
            values = {name: morsel.value for name, morsel in SimpleCookie(exchange.headers.get("Cookie", "")).items()}
        except CookieError:
            return None
        return next(filter(None, (self.holder_of(values.get(name)) for name in NAMES)), None)


class KeyInOtherHeader(Fault):
    name = "key-in-other-header"
    breaks = "SEC-5"
    summary = "the key is taken from X-API-Key as well"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        return self.holder_of(exchange.headers.get("X-API-Key"))


class KeyInBody(Fault):
    name = "key-in-body"
    breaks = "SEC-5"
    summary = "the key is taken from the body as well"

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        if "Authorization" in exchange.headers:
            return None
        try:
            body = json.loads(await read_body(exchange))
        except (ValueError, RecursionError):
            return None
        keys = [body.get(name) for name in NAMES] if isinstance(body, dict) else []
        tenant = next((tenant for key in keys if isinstance(key, str) and (tenant := self.holder_of(key))), None)
        if tenant:
            headers = CIMultiDict(exchange.headers, Authorization=f"Bearer {tenant.api_key}")
            exchange.headers = CIMultiDictProxy(headers)
        return None


class BodyBeforeKey(Fault):
    name = "body-before-key"
    breaks = "SEC-6"
    summary = "a body that is no JSON object is answered 400 to anybody, before the key is looked at"

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        route(exchange)
        json_object(await read_body(exchange))
        return None


class FieldsBeforeKey(Fault):
    name = "fields-before-key"
    breaks = "SEC-6"
    summary = "missing fields are answered 400 to anybody, before the key is looked at"

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        needed = {
            "createSession": ("clientId", "source", "customer"),
            "sendMessage": ("content",),
            "registerWebhook": ("url", "event"),
        }
        operation = route(exchange)
        try:
            body = json_object(await read_body(exchange))
        except Refusal:
            return None  # told in its turn
        missing = [name for name in needed[operation] if name not in body]
        return Refusal(400, "bad_request", f"`{missing[0]}` is missing.").answer() if missing else None


class SessionBeforeKey(Fault):
    name = "session-before-key"
    breaks = "AUTH-1"
    summary = "an unknown session is answered 404 to anybody, before the key is looked at"

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        if route(exchange) == "sendMessage" and not self.foreign_session(exchange):
            raise session_not_found()
        return None

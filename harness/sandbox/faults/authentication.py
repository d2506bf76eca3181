"""Keys: let in without, let in with a wrong one, or kept out with the right one."""

import base64
import binascii

from harness.sandbox.answers import turned
from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Answer, Exchange, Refusal
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services

SHORTEST_PREFIX = 8
EVERY = 40


def _credentials(exchange: Exchange) -> tuple[str, str]:
    """The scheme, in lower case, and what follows it."""
    scheme, _, credentials = exchange.headers.get("Authorization", "").partition(" ")
    return scheme.lower(), credentials.strip()


def _unauthorized() -> Refusal:
    return Refusal(401, "unauthorized", "The key was not issued here.")


class AuthOff(Fault):
    name = "auth-off"
    breaks = "AUTH-1"
    summary = "a request without a key, or with a wrong one, is served as if it were the first tenant's"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        return self.services.config.tenants[0]


class AuthOffForMessages(Fault):
    name = "auth-off-for-messages"
    breaks = "AUTH-1"
    summary = "whoever knows a session's id may send a message there, without a key"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        session = self.foreign_session(exchange) if exchange.operation == "sendMessage" else None
        return session.tenant if session and "Authorization" not in exchange.headers else None


class AuthOffForWebhooks(Fault):
    name = "auth-off-for-webhooks"
    breaks = "AUTH-1"
    summary = "registerWebhook works without a key, for the first tenant"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        anonymous = exchange.operation == "registerWebhook" and "Authorization" not in exchange.headers
        return self.services.config.tenants[0] if anonymous else None


class MissingKey403(Fault):
    name = "missing-key-403"
    breaks = "AUTH-1"
    summary = "a request without the Authorization header is answered 403 instead of 401"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        missing = answer.status == 401 and "Authorization" not in exchange.headers
        return turned(answer, 403, "forbidden") if missing else answer


class WrongKey403(Fault):
    name = "wrong-key-403"
    breaks = "AUTH-2"
    summary = "a key that was never issued is answered 403 instead of 401"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        wrong = answer.error_code == "unauthorized" and "Authorization" in exchange.headers
        return turned(answer, 403, "forbidden") if wrong else answer


class AnyKey(Fault):
    name = "any-key"
    breaks = "AUTH-2"
    summary = "any bearer token is taken for the first tenant's key"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        scheme, credentials = _credentials(exchange)
        return self.services.config.tenants[0] if scheme == "bearer" and credentials else None


class KeyPrefix(Fault):
    name = "key-prefix"
    breaks = "AUTH-2"
    summary = f"the first {SHORTEST_PREFIX} or more characters of a key are taken for the whole key"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        scheme, credentials = _credentials(exchange)
        if scheme != "bearer" or len(credentials) < SHORTEST_PREFIX:
            return None
        tenants = self.services.config.tenants
        return next((tenant for tenant in tenants if tenant.api_key.startswith(credentials)), None)


class KeyWithSuffix(Fault):
    name = "key-with-suffix"
    breaks = "AUTH-2"
    summary = "a key with anything behind it is taken for the key"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        scheme, credentials = _credentials(exchange)
        tenants = self.services.config.tenants if scheme == "bearer" else ()
        return next((tenant for tenant in tenants if credentials.startswith(tenant.api_key)), None)


class KeyInAnyCase(Fault):
    name = "key-in-any-case"
    breaks = "AUTH-2"
    summary = "keys are compared without regard to upper and lower case"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        scheme, credentials = _credentials(exchange)
        tenants = self.services.config.tenants if scheme == "bearer" else ()
        return next((tenant for tenant in tenants if tenant.api_key.lower() == credentials.lower()), None)


class KeyWithoutScheme(Fault):
    name = "key-without-scheme"
    breaks = "AUTH-2"
    summary = "the bare key is accepted, without the word Bearer before it"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        return self.holder_of(exchange.headers.get("Authorization"))


class KeyRefusedNowAndThen(Fault):
    name = "key-refused-now-and-then"
    breaks = "AUTH-3"
    summary = f"every {EVERY}th request with a valid key is answered 401, as if a cache had just expired"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._seen = 0

    def on_authorized(self, exchange: Exchange) -> None:
        self._seen += 1
        if self._seen % EVERY == 0:
            raise _unauthorized()


class KeyRefusedAfterFailure(Fault):
    name = "key-refused-after-failure"
    breaks = "AUTH-3"
    summary = "the first request after a failed authentication is answered 401 although its key is valid"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._failed = False

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        self._failed = True
        return None

    def on_authorized(self, exchange: Exchange) -> None:
        if self._failed:
            self._failed = False
            raise _unauthorized()


class SchemeInOneCase(Fault):
    name = "scheme-in-one-case"
    breaks = "AUTH-4"
    summary = "the scheme must be spelled Bearer: bearer and BEARER are answered 401"

    def on_authorized(self, exchange: Exchange) -> None:
        if not exchange.headers.get("Authorization", "").startswith("Bearer "):
            raise _unauthorized()


class AnyScheme(Fault):
    name = "any-scheme"
    breaks = "AUTH-4"
    summary = "the word before the key is not looked at: Basic, Token or anything else will do"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        return self.holder_of(_credentials(exchange)[1])


class BasicAccepted(Fault):
    name = "basic-accepted"
    breaks = "AUTH-4"
    summary = "HTTP Basic authentication with the key as the password is accepted"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        scheme, credentials = _credentials(exchange)
        if scheme != "basic":
            return None
        try:
            decoded = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, ValueError):
            return None
        return self.holder_of(decoded.rpartition(":")[2])

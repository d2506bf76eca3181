"""Fields of the wrong type, accepted: SES-7, MSG-6 and HOOK-4."""

from typing import Any, ClassVar

from yarl import URL

from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.validation import CUSTOMER_FIELDS

STRINGS = {"createSession": ("clientId", "source"), "sendMessage": ("content",), "registerWebhook": ("url", "event")}


class TypesTaken(Fault):
    """Takes values of some types for strings, in one operation."""

    operation: ClassVar[str]
    types: ClassVar[tuple[type, ...]]

    def on_request(self, exchange: Exchange) -> Answer | None:
        if exchange.operation == self.operation:
            self._mend(exchange.body, STRINGS[self.operation], exchange)
            customer = exchange.body.get("customer")
            if isinstance(customer, dict):
                self._mend(customer, CUSTOMER_FIELDS, exchange)
        return None

    def takes(self, value: object) -> bool:
        return type(value) in self.types

    def _mend(self, values: dict[str, Any], names: tuple[str, ...], exchange: Exchange) -> None:
        for name in names:
            if name in values and self.takes(values[name]):
                values[name] = self._as_string(name, values[name], exchange)

    def _as_string(self, name: str, value: object, exchange: Exchange) -> str:
        """What does least: the key's own client, the webhook that is registered already."""
        assert exchange.tenant is not None
        if name == "url":
            return str(self.services.webhooks.url_of(exchange.tenant) or "http://localhost/")
        return {"clientId": exchange.tenant.client_id, "event": "message"}.get(name, repr(value))


class FalsyTaken(TypesTaken):
    """Checks the type of a value only where there is something in it."""

    def takes(self, value: object) -> bool:
        return not value and not isinstance(value, str) and value is not None


class NumberFieldsTaken(TypesTaken):
    name = "number-fields-taken"
    breaks = "SES-7"
    summary = "createSession takes numbers for strings"
    operation = "createSession"
    types = (int, float)


class BooleanFieldsTaken(TypesTaken):
    name = "boolean-fields-taken"
    breaks = "SES-7"
    summary = "createSession takes true and false for strings"
    operation = "createSession"
    types = (bool,)


class NullFieldsTaken(TypesTaken):
    name = "null-fields-taken"
    breaks = "SES-7"
    summary = "createSession takes null for clientId and source"
    operation = "createSession"
    types = (type(None),)


class FalsyFieldsTaken(FalsyTaken):
    name = "falsy-fields-taken"
    breaks = "SES-7"
    summary = "createSession takes 0, false, [] and {} for strings: a type is checked only where there is a value"
    operation = "createSession"


class CustomerArrayTaken(Fault):
    name = "customer-array-taken"
    breaks = "SES-7"
    summary = "createSession takes an array for the customer"

    def on_request(self, exchange: Exchange) -> Answer | None:
        if isinstance(exchange.body.get("customer"), list):
            exchange.body["customer"] = {}
        return None


class CustomerStringTaken(Fault):
    name = "customer-string-taken"
    breaks = "SES-7"
    summary = "createSession takes a string for the customer"

    def on_request(self, exchange: Exchange) -> Answer | None:
        if isinstance(exchange.body.get("customer"), str):
            exchange.body["customer"] = {}
        return None


class ContentNumberTaken(TypesTaken):
    name = "content-number-taken"
    breaks = "MSG-6"
    summary = "sendMessage takes a number for the content"
    operation = "sendMessage"
    types = (int, float)


class ContentNullTaken(TypesTaken):
    name = "content-null-taken"
    breaks = "MSG-6"
    summary = "sendMessage takes null for the content"
    operation = "sendMessage"
    types = (type(None),)


class ContentObjectTaken(TypesTaken):
    name = "content-object-taken"
    breaks = "MSG-6"
    summary = "sendMessage takes an object or an array for the content"
    operation = "sendMessage"
    types = (dict, list)


class ContentFalsyTaken(FalsyTaken):
    name = "content-falsy-taken"
    breaks = "MSG-6"
    summary = "sendMessage takes 0, false, [] and {} for the content"
    operation = "sendMessage"


class UrlNumberTaken(TypesTaken):
    name = "url-number-taken"
    breaks = "HOOK-4"
    summary = "registerWebhook takes a number for the url, and registers nothing"
    operation = "registerWebhook"
    types = (int, float)


class EventTypesTaken(TypesTaken):
    name = "event-types-taken"
    breaks = "HOOK-4"
    summary = "registerWebhook takes a number, a boolean or an array for the event"
    operation = "registerWebhook"
    types = (int, float, bool, list)

    def _mend(self, values: dict[str, Any], names: tuple[str, ...], exchange: Exchange) -> None:
        super()._mend(values, ("event",), exchange)


class UrlTaken(Fault):
    """Takes a url of some kind, and registers nothing."""

    def on_request(self, exchange: Exchange) -> Answer | None:
        text = exchange.body.get("url")
        if (
            exchange.operation != "registerWebhook"
            or not isinstance(text, str)
            or not text
            or "event" not in exchange.body
        ):
            return None
        try:
            return Answer(200, {"status": 200}) if self.takes(URL(text)) else None
        except ValueError:
            return None

    def takes(self, url: URL) -> bool:
        raise NotImplementedError


class RelativeUrlTaken(UrlTaken):
    name = "relative-url-taken"
    breaks = "HOOK-4"
    summary = "registerWebhook takes a relative URL"

    def takes(self, url: URL) -> bool:
        return not url.absolute and not url.scheme


class FtpUrlTaken(UrlTaken):
    name = "ftp-url-taken"
    breaks = "HOOK-4"
    summary = "registerWebhook takes URLs of other schemes than http and https, such as ftp"

    def takes(self, url: URL) -> bool:
        return bool(url.scheme) and url.scheme not in {"http", "https"}

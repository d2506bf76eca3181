"""Points that the document leaves open, all decided one way or all the other."""

import contextlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from harness.sandbox.exchange import Answer, Exchange, Refusal
from harness.sandbox.services import Services
from harness.sandbox.validation import CUSTOMER_FIELDS
from harness.sandbox.variants.base import Variant

KNOWN = {
    "createSession": {"clientId", "source", "customer"},
    "sendMessage": {"content"},
    "registerWebhook": {"url", "event"},
}
SOURCES = {"sms", "webchat"}
LONGEST = 4096
DEEPEST = 16
NUMBER = re.compile(r"\+\d{7,15}")
LAYOUT = "\t\r\n"  # control characters that people type


def _refuse(why: str) -> Refusal:
    return Refusal(400, "bad_request", why)


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """All texts in a JSON value. Raises a 400 for one that is nested too deeply."""
    if depth > DEEPEST:
        raise _refuse("The body is nested too deeply.")
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner, depth + 1)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise _refuse("A key comes twice.")
    return dict(pairs)


class Strict(Variant):
    name = "strict"
    summary = (
        "what the document leaves open is a 400: unknown and repeated keys, customer fields that are missing, null or "
        "blank, phone numbers without a country, sources but sms and webchat, control characters, long texts"
    )

    def on_body(self, exchange: Exchange, raw: bytes) -> bytes:
        with contextlib.suppress(ValueError, RecursionError):  # which are refused in their turn
            json.loads(raw, object_pairs_hook=_each_once)
        return raw

    def on_request(self, exchange: Exchange) -> Answer | None:
        assert exchange.operation is not None
        if exchange.body.keys() - KNOWN[exchange.operation]:
            raise _refuse("There is a key too many.")
        for text in _texts(exchange.body):
            if len(text) > LONGEST or any(unicodedata.category(c) in {"Cc", "Cs"} and c not in LAYOUT for c in text):
                raise _refuse("A text is too long, or has a control character in it.")
        if exchange.operation == "createSession":
            self._check_session(exchange.body)
        return None

    def _check_session(self, body: dict[str, Any]) -> None:
        customer = body.get("customer")
        if not isinstance(customer, dict):
            return  # refused in its turn
        if isinstance(source := body.get("source"), str) and source not in SOURCES:
            raise _refuse("`source` is not known.")
        if customer.keys() != set(CUSTOMER_FIELDS):
            raise _refuse("`customer` must have its six fields, and no other.")
        if not all(isinstance(text, str) and text.strip() for text in customer.values()):
            raise _refuse("A field of `customer` is null or blank.")
        if not NUMBER.fullmatch(customer["phoneNumber"]):
            raise _refuse("`customer.phoneNumber` must be + and 7 to 15 digits.")


class Lenient(Variant):
    name = "lenient"
    summary = (
        "what the document leaves open is accepted: empty and blank texts, any clientId, any event, and content as "
        "long as a body can be"
    )

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        bounds = replace(services.config.bounds, content_characters=services.config.bounds.body_bytes)
        services.config = replace(services.config, bounds=bounds)

    def on_request(self, exchange: Exchange) -> Answer | None:
        """Puts what the plain sandbox takes in the place of what only this one does."""
        assert exchange.tenant is not None
        plain = {"clientId": exchange.tenant.client_id, "source": "sms", "content": "(blank)", "event": "message"}
        for name, value in plain.items():
            given = exchange.body.get(name)
            if isinstance(given, str) and (not given.strip() or name in {"clientId", "event"}):
                exchange.body[name] = value
        return None

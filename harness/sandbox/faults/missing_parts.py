"""Requests that are short of something, and are accepted or refused in the wrong way: SES-4, MSG-4 and HOOK-2."""

import json
from typing import Any, ClassVar

from harness.sandbox.answers import turned
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault

NOWHERE = "http://localhost/"


class Lenient(Fault):
    """Knows what to put in the place of what an operation did not get."""

    operation: ClassVar[str]

    def instead(self, exchange: Exchange) -> dict[str, Any]:
        """A whole body, which changes nothing that is not asked for."""
        assert exchange.tenant is not None
        if exchange.operation == "createSession":
            return {"clientId": exchange.tenant.client_id, "source": "sms", "customer": {}}
        if exchange.operation == "sendMessage":
            return {"content": "(nothing)"}
        registered = self.services.webhooks.url_of(exchange.tenant)
        return {"url": str(registered or NOWHERE), "event": "message"}


class PartNotNeeded(Lenient):
    """Accepts a request without one of its parts."""

    part: ClassVar[str]

    def on_request(self, exchange: Exchange) -> Answer | None:
        if exchange.operation == self.operation:
            exchange.body.setdefault(self.part, self.instead(exchange)[self.part])
        return None


class BodyTaken(Lenient):
    """Accepts a body that is no JSON object."""

    def on_body(self, exchange: Exchange, raw: bytes) -> bytes:
        if exchange.operation != self.operation or not self.takes(raw):
            return raw
        return json.dumps(self.instead(exchange)).encode()

    def takes(self, raw: bytes) -> bool:
        raise NotImplementedError


class JsonTaken(BodyTaken):
    """Accepts JSON of other types than an object."""

    types: ClassVar[tuple[type, ...]]

    def takes(self, raw: bytes) -> bool:
        try:
            return isinstance(json.loads(raw), self.types)
        except (ValueError, RecursionError):
            return False


class TruncatedTaken(BodyTaken):
    """Accepts a JSON object that breaks off."""

    def takes(self, raw: bytes) -> bool:
        try:
            json.loads(raw)
        except ValueError:
            return raw.lstrip().startswith(b"{")
        except RecursionError:
            return False
        return False


class EmptyTaken(BodyTaken):
    """Accepts a body of no bytes at all."""

    def takes(self, raw: bytes) -> bool:
        return not raw


class Told422(Fault):
    """Answers 422 where the document says 400."""

    operation: ClassVar[str]

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        refused = exchange.operation == self.operation and answer.status == 400
        return turned(answer, 422, "validation_error") if refused else answer


OPERATIONS = {"createSession": "SES-4", "sendMessage": "MSG-4", "registerWebhook": "HOOK-2"}
PARTS = {
    "client-id-not-needed": ("createSession", "clientId"),
    "source-not-needed": ("createSession", "source"),
    "customer-not-needed": ("createSession", "customer"),
    "content-not-needed": ("sendMessage", "content"),
    "url-not-needed": ("registerWebhook", "url"),
    "event-not-needed": ("registerWebhook", "event"),
}
BODIES: dict[str, tuple[type[Fault], str, dict[str, Any]]] = {
    "array-taken": (JsonTaken, "a JSON array as its body is accepted", {"types": (list,)}),
    "string-taken": (JsonTaken, "a JSON string as its body is accepted", {"types": (str,)}),
    "null-taken": (JsonTaken, "null as its body is accepted", {"types": (type(None),)}),
    "truncated-taken": (TruncatedTaken, "a JSON object that breaks off is accepted", {}),
    "empty-taken": (EmptyTaken, "an empty body is accepted", {}),
    "told-422": (Told422, "what should be a 400 is a 422", {}),
}
SHORT = {"createSession": "session", "sendMessage": "message", "registerWebhook": "registration"}


def _seeded(base: type[Fault], name: str, operation: str, summary: str, **attributes: Any) -> type[Fault]:
    """A fault of its own: what `base` does, in one operation."""
    told = {"name": name, "breaks": OPERATIONS[operation], "summary": summary, "operation": operation}
    return type(name, (base,), {**told, **attributes})


FAULTS = [
    *(
        _seeded(PartNotNeeded, name, operation, f"{operation} is accepted without {part}", part=part)
        for name, (operation, part) in PARTS.items()
    ),
    *(
        _seeded(base, f"{SHORT[operation]}-{name}", operation, f"{operation}: {summary}", **attributes)
        for operation in OPERATIONS
        for name, (base, summary, attributes) in BODIES.items()
    ),
]

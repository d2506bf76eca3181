"""What a fault is, and how those that were asked for are applied."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.replies import Reply
from harness.sandbox.services import Services


class Fault:
    """One seeded defect. A subclass overrides the hooks it needs; those it leaves alone cost nothing.

    Every hook may keep state in the fault itself, which lives as long as the sandbox, and may look at, or replace,
    anything in `services`.
    """

    name: ClassVar[str]
    summary: ClassVar[str]  # one line, for people: what the API does wrong

    def __init__(self, services: Services) -> None:
        self.services = services

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        """Authentication failed. A tenant returned here is let in as if it had succeeded."""
        return None

    def on_request(self, exchange: Exchange) -> Answer | None:
        """The key is accepted, the body a JSON object. An answer returned here is sent; nothing else is done."""
        return None

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        """The answer is decided, of whatever status. What is returned here is sent instead."""
        return answer

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        """A message was accepted. What is returned here is planned in place of `replies`, in that order."""
        return replies


class Faults:
    """Those a sandbox was started with, in the order they were named: each hook sees what the one before it left."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._unauthorized = [fault.on_unauthorized for fault in faults if _overrides(fault, Fault.on_unauthorized)]
        self._request = [fault.on_request for fault in faults if _overrides(fault, Fault.on_request)]
        self._answer = [fault.on_answer for fault in faults if _overrides(fault, Fault.on_answer)]
        self._replies = [fault.on_replies for fault in faults if _overrides(fault, Fault.on_replies)]

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        return next(filter(None, (hook(exchange) for hook in self._unauthorized)), None)

    def on_request(self, exchange: Exchange) -> Answer | None:
        return next(filter(None, (hook(exchange) for hook in self._request)), None)

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        for hook in self._answer:
            answer = hook(exchange, answer)
        return answer

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for hook in self._replies:
            replies = hook(exchange, replies)
        return replies


def _overrides(fault: Fault, hook: Callable[..., object]) -> bool:
    return getattr(type(fault), hook.__name__) is not hook

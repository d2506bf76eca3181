"""The limiter of a sandbox: its layers, one policy each, asked one after the other.

Layers stand as a gateway stands before what it guards. A request is admitted when all of them admit it. The first that
refuses ends it: those before it have counted the request, those behind it never see it. Where one makes it wait, the
next is asked after that wait.
"""

import time
from collections.abc import Callable, Sequence, Set
from typing import Any

from harness.sandbox.clock import SandboxClock
from harness.sandbox.exchange import Exchange
from harness.sandbox.limiter.buckets import Buckets
from harness.sandbox.limiter.dialects import fields_of
from harness.sandbox.limiter.policy import Policy
from harness.sandbox.limiter.ruling import Ruling
from harness.sandbox.limiter.scope import bucket_of


class Layer:
    """One policy at work."""

    def __init__(self, policy: Policy, number: int, name: str) -> None:
        self.policy = policy
        self._number = number
        self._name = name
        self.clear()

    def rule(self, exchange: Exchange, now_ns: int) -> Ruling | None:
        """None where the policy has nothing to do with the request."""
        key = bucket_of(self.policy.scope, exchange)
        if key is None:
            return None
        decision = self._buckets.decide(key, now_ns)
        return Ruling(self._number, self._name, self.policy, decision, now_ns, key, self._buckets)

    def clear(self) -> None:
        """What is being answered ends in the buckets that it began in."""
        self._buckets = Buckets(self.policy.family)

    def state(self, clean: Callable[[str], str]) -> dict[str, Any]:
        buckets = {clean(key): shown for key, shown in self._buckets.shown().items()}
        return {**self.policy.described(), self.policy.family.unit: buckets}


class Limiter:
    """Rules on requests. What it says of itself goes onto every answer that follows."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        """The outermost first."""
        alone = len(policies) == 1
        self._layers = [
            Layer(policy, number, "default" if alone else f"layer-{number}")
            for number, policy in enumerate(policies, 1)
        ]

    async def admit(self, exchange: Exchange, counted: Set[str], clock: SandboxClock) -> Ruling | None:
        """Asks the layers that count requests of these kinds, and waits where they queue. The ruling of the one that
        refuses; None when the request is admitted.
        """
        for layer in self._layers:
            ruling = layer.rule(exchange, clock.now_ns()) if layer.policy.counts in counted else None
            if ruling is None:
                continue
            exchange.rulings.append(ruling)
            exchange.answer_headers.update(fields_of(exchange.rulings, time.time()))
            if not ruling.decision.admitted:
                return ruling
            if ruling.decision.delay_s:
                await clock.sleep(ruling.decision.delay_s)
        return None

    def state(self, clean: Callable[[str], str]) -> list[dict[str, Any]]:
        """What it is and where it stands, layer by layer, as JSON, for control. `clean` takes a secret out of what was
        sent in a path.
        """
        return [layer.state(clean) for layer in self._layers]

    def clear(self) -> None:
        """Forgets what was used."""
        for layer in self._layers:
            layer.clear()

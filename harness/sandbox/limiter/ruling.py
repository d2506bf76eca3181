"""What one layer made of one request, as the answer's headers and the ground truth tell it."""

from dataclasses import dataclass, field
from typing import Any

from harness.sandbox.limiter.buckets import Buckets
from harness.sandbox.limiter.family import Decision
from harness.sandbox.limiter.policy import Policy


@dataclass(frozen=True, slots=True)
class Ruling:
    """`name` is the policy's in the draft's header fields."""

    layer: int  # from 1
    name: str
    policy: Policy
    decision: Decision
    clock_ns: int  # when, on the sandbox's clock: since 1970
    key: str
    buckets: Buckets = field(repr=False)

    def end(self) -> None:
        """The request was answered."""
        if self.decision.admitted:
            self.buckets.end(self.key)

    def told(self) -> dict[str, Any]:
        """As the ground truth has it: see `truth`. The bucket's key is left out: a path may have held a secret."""
        decision = self.decision
        return {
            "layer": self.layer,
            "family": self.policy.family.name,
            "scope": "+".join(self.policy.scope),
            "admitted": decision.admitted,
            "limit": decision.limit,
            "used": decision.used,
            "remaining": decision.remaining,
            "next_s": decision.next_s,
            "reset_s": decision.reset_s,
            "delay_s": decision.delay_s,
            "clock_ns": self.clock_ns,
        }

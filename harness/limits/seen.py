"""One request of an inquiry into a limiter, and what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.client.exchange import Answer
from harness.dialects import REFUSALS, Claim
from harness.limits.subject import Subject

Verdict = Literal["admitted", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Seen:
    """`sent` and `received` are in seconds since the inquiry began; `retry_after_s` counts from `received`. Those of
    one `group` were sent at once."""

    number: int
    group: int
    subject: Subject
    purpose: str
    sent: float
    received: float
    answer: Answer
    retry_after_s: float | None
    claim: Claim
    # Whether the key was turned away for having been refused: see Asker.
    barred: bool = False

    @property
    def status(self) -> int | None:
        """Also of a response whose content did not come whole: its head tells whether the request was let in."""
        return self.answer.head.status if self.answer.head else self.answer.status

    @property
    def verdict(self) -> Verdict:
        """What came to nothing says nothing about a limit."""
        if self.status is None:
            return "unknown"
        return "refused" if self.barred or self.status in REFUSALS else "admitted"

    @property
    def admitted(self) -> bool:
        return self.verdict == "admitted"

    @property
    def refused(self) -> bool:
        return self.verdict == "refused"


def all_refused(seen: Sequence[Seen]) -> bool:
    return bool(seen) and all(each.refused for each in seen)

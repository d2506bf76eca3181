"""A webhook call: what is to be sent where, how it ended, and what is made of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from yarl import URL

from harness.sandbox.replies import Reply

HEADERS = {"Content-Type": "application/json", "User-Agent": "messaging-sandbox"}


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request to a webhook."""

    url: URL
    body: bytes
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=HEADERS.copy)


class Outcome(Enum):
    """What becomes of the reply after an attempt."""

    SETTLED = "settled"
    RETRIED = "retried"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One webhook call that has ended."""

    reply: Reply
    started_ns: int
    finished_ns: int
    status: int | None
    error: str | None  # why there was no answer
    delivered: bool  # by the sender's policy; the document asks for a 200

    def __str__(self) -> str:
        took_ms = (self.finished_ns - self.started_ns) / 1e6
        verdict = "delivered" if self.delivered else "not delivered, a webhook must answer 200"
        return (
            f"{self.status or self.error}  reply {self.reply.id} {verdict} "
            f"(attempt {self.reply.attempts}, {took_ms:.1f} ms)"
        )

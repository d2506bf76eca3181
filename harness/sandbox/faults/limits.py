"""A limit that is kept in the wrong way: RATE-1 to RATE-4. Each fault switches a limiter on where there is none."""

from dataclasses import replace

from harness.sandbox.answers import turned
from harness.sandbox.exchange import Answer, Exchange, Wire
from harness.sandbox.faults.base import Fault
from harness.sandbox.limiter.families.penalty_block import PenaltyBlock
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from harness.sandbox.limiter.limiter import Limiter
from harness.sandbox.limiter.policy import Policy
from harness.sandbox.services import Services

PER_SECOND = 20
PENALTY_S = 3.0
PAGE = b"<html><head><title>429 Too Many Requests</title></head><body>Slow down.</body></html>\n"


class Limited(Fault):
    """Has a limit of so many requests a second and key, unless the sandbox was given another."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        services.limiter = services.limiter or Limiter([self.policy()])

    def policy(self) -> Policy:
        return Policy(TokenBucket(PER_SECOND, PER_SECOND))

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return self.limited(exchange, answer) if answer.status == 429 else answer

    def limited(self, exchange: Exchange, answer: Answer) -> Answer:
        """The answer to send instead of a 429."""
        return answer


class Limited503(Limited):
    name = "limited-503"
    breaks = "RATE-1"
    summary = f"above {PER_SECOND} requests a second the answer is 503 instead of 429"

    def limited(self, exchange: Exchange, answer: Answer) -> Answer:
        return turned(answer, 503, "unavailable")


class Limited403(Limited):
    name = "limited-403"
    breaks = "RATE-1"
    summary = f"above {PER_SECOND} requests a second the answer is 403 instead of 429"

    def limited(self, exchange: Exchange, answer: Answer) -> Answer:
        return turned(answer, 403, "forbidden")


class LimitedDropped(Limited):
    name = "limited-dropped"
    breaks = "RATE-1"
    summary = f"above {PER_SECOND} requests a second the connection is closed without an answer"

    def limited(self, exchange: Exchange, answer: Answer) -> Answer:
        return replace(answer, wire=Wire(drops=True))


class LimitedHtml(Limited):
    name = "limited-html"
    breaks = "RATE-1"
    summary = f"above {PER_SECOND} requests a second the 429 is an HTML page"

    def limited(self, exchange: Exchange, answer: Answer) -> Answer:
        return replace(answer, body=PAGE, content_type="text/html")


class LimitedWithoutRetryAfter(Limited):
    name = "limited-without-retry-after"
    breaks = "RATE-2"
    summary = f"above {PER_SECOND} requests a second the 429 does not say when to come back"

    def limited(self, exchange: Exchange, answer: Answer) -> Answer:
        for name in ("Retry-After", "RateLimit-Reset"):
            exchange.answer_headers.pop(name, None)
        return answer


class LimitedRetryAfterGarbage(Limited):
    name = "limited-retry-after-garbage"
    breaks = "RATE-2"
    summary = f"above {PER_SECOND} requests a second the 429 has a Retry-After that is neither seconds nor a date"

    def limited(self, exchange: Exchange, answer: Answer) -> Answer:
        exchange.answer_headers["Retry-After"] = "soon"
        return answer


class LimitedRetryAfterLies(Limited):
    name = "limited-retry-after-lies"
    breaks = "RATE-2"
    summary = f"after {PER_SECOND} requests in a second nothing is let in for {PENALTY_S:g} s; Retry-After says 1"

    def policy(self) -> Policy:
        """Says that it is the window, which is a second, and nothing else."""
        return Policy(PenaltyBlock(PER_SECOND, 1.0, PENALTY_S), headers=("retry_after",), retry_after="window")


class LimitShared(Limited):
    name = "limit-shared"
    breaks = "RATE-4"
    summary = f"all tenants together have {PER_SECOND} requests a second"

    def policy(self) -> Policy:
        return replace(super().policy(), scope=("global",))

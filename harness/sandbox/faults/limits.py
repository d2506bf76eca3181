"""A limit that is kept in the wrong way: RATE-1 to RATE-4. Each fault switches a limiter on where there is none."""

from dataclasses import replace

from harness.sandbox.answers import turned
from harness.sandbox.exchange import Answer, Exchange, Wire
from harness.sandbox.faults.base import Fault
from harness.sandbox.limiter import Decision, Limiter
from harness.sandbox.limiter.token_bucket import TokenBucket
from harness.sandbox.services import Services

PER_SECOND = 20
PENALTY_S = 3.0
PAGE = b"<html><head><title>429 Too Many Requests</title></head><body>Slow down.</body></html>\n"


class Limited(Fault):
    """Has a limit of so many requests a second and key, unless the sandbox was given another."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        services.limiter = services.limiter or self.limiter()

    def limiter(self) -> Limiter:
        return TokenBucket(PER_SECOND, PER_SECOND)

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


class _Penalty(TokenBucket):
    """Lets nobody in for a while after a refusal, but says that it is a second."""

    def __init__(self) -> None:
        super().__init__(PER_SECOND, PER_SECOND)
        self._until_ns: dict[str, int] = {}

    def decide(self, key: str, now_ns: int) -> Decision:
        decision = super().decide(key, now_ns)
        if now_ns < self._until_ns.get(key, 0):
            return replace(decision, admitted=False, remaining=0, retry_after_s=1.0)
        if not decision.admitted:
            self._until_ns[key] = now_ns + int(PENALTY_S * 1e9)
        return decision

    def clear(self) -> None:
        super().clear()
        self._until_ns.clear()


class LimitedRetryAfterLies(Limited):
    name = "limited-retry-after-lies"
    breaks = "RATE-2"
    summary = f"after {PER_SECOND} requests in a second nothing is let in for {PENALTY_S:g} s; Retry-After says 1"

    def limiter(self) -> Limiter:
        return _Penalty()


class _Shared(TokenBucket):
    """One bucket, whoever asks."""

    def decide(self, key: str, now_ns: int) -> Decision:
        return super().decide("everybody", now_ns)


class LimitShared(Limited):
    name = "limit-shared"
    breaks = "RATE-4"
    summary = f"all tenants together have {PER_SECOND} requests a second"

    def limiter(self) -> Limiter:
        return _Shared(PER_SECOND, PER_SECOND)

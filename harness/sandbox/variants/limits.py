"""Limits that are kept and told as they should be."""

import math
import time
from email.utils import formatdate

from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from harness.sandbox.limiter.limiter import Limiter
from harness.sandbox.limiter.policy import Policy
from harness.sandbox.services import Services
from harness.sandbox.variants.base import Variant

PER_SECOND = 20
LIMIT_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


class Limited(Variant):
    name = "limited"
    summary = f"each key has {PER_SECOND} requests a second; a 429 tells in seconds when to come back"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        services.limiter = services.limiter or Limiter([Policy(TokenBucket(PER_SECOND, PER_SECOND))])


class LimitedByDate(Limited):
    name = "limited-by-date"
    summary = f"each key has {PER_SECOND} requests a second; a 429 tells by a date when to come back, and no more"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        headers = exchange.answer_headers
        for name in LIMIT_HEADERS:
            headers.pop(name, None)
        if answer.status == 429 and headers.get("Retry-After", "").isdigit():
            moment = math.ceil(time.time()) + int(headers["Retry-After"])
            headers["Retry-After"] = formatdate(moment, usegmt=True)
        return answer

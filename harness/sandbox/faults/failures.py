"""Requests that bring the server down, or leave their sender waiting: ERR-1."""

import itertools
import json
import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from harness.sandbox.answers import failure
from harness.sandbox.deviation import ReadBody
from harness.sandbox.exchange import Answer, Exchange, Refusal, Wire
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services

DEEPEST = 32
LARGEST = 2**63
LONGEST_HEADER = 2000
EVERY = 100
AT_ONCE = 8
TAKES_S = 0.01
FOR_EVER_S = 3600.0


def _values(value: Any) -> Iterator[Any]:
    """Every string and number in a JSON value, names included."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _values(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner)
    else:
        yield value


class NulFails(Fault):
    name = "nul-fails"
    breaks = "ERR-1"
    summary = "a NUL character in any text is a 500"

    def on_request(self, exchange: Exchange) -> Answer | None:
        return failure() if any("\0" in text for text in _values(exchange.body) if isinstance(text, str)) else None


class LoneSurrogateFails(Fault):
    name = "lone-surrogate-fails"
    breaks = "ERR-1"
    summary = "half of an emoji, as a careless cut leaves it, is a 500"

    def on_request(self, exchange: Exchange) -> Answer | None:
        texts = [text for text in _values(exchange.body) if isinstance(text, str)]
        return failure() if any(re.search("[\ud800-\udfff]", text) for text in texts) else None


class DeepNestingFails(Fault):
    name = "deep-nesting-fails"
    breaks = "ERR-1"
    summary = f"JSON that is nested more than {DEEPEST} levels deep is a 500"

    def on_body(self, exchange: Exchange, raw: bytes) -> bytes:
        """Looks for so many openings in a row, with a name behind each at most."""
        if re.search(rb"(?:[\[{]\s*(?:\"[^\"]*\"\s*:\s*)?){%d}" % DEEPEST, raw):
            raise Refusal(500, "internal_error", "An error occurred on the server.")
        return raw


class HugeIntegerFails(Fault):
    name = "huge-integer-fails"
    breaks = "ERR-1"
    summary = "an integer of more than 64 bits is a 500"

    def on_request(self, exchange: Exchange) -> Answer | None:
        huge = (abs(number) >= LARGEST for number in _values(exchange.body) if type(number) is int)
        return failure() if any(huge) else None


class InvalidUtf8Fails(Fault):
    name = "invalid-utf-8-fails"
    breaks = "ERR-1"
    summary = "a body that is not UTF-8 is a 500"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return failure() if answer.status == 400 and "not UTF-8" in answer.note else answer


class InvalidJsonFails(Fault):
    name = "invalid-json-fails"
    breaks = "ERR-1"
    summary = "a body that is not JSON is a 500"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return failure() if answer.status == 400 and "is not JSON" in answer.note else answer


class InvalidJsonDropped(Fault):
    name = "invalid-json-dropped"
    breaks = "ERR-1"
    summary = "the connection is closed without an answer where the body is not JSON"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        dropped = answer.status == 400 and "is not JSON" in answer.note
        return replace(answer, wire=Wire(drops=True)) if dropped else answer


class EmptyBodyHangs(Fault):
    name = "empty-body-hangs"
    breaks = "ERR-1"
    summary = "a request without a body is never answered: the server waits for one"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return replace(answer, delay_s=FOR_EVER_S) if "The body is empty" in answer.note else answer


class WrongTypeFails(Fault):
    name = "wrong-type-fails"
    breaks = "ERR-1"
    summary = "a field of the wrong type is a 500 instead of a 400"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return failure() if answer.status == 400 and "must be a string" in answer.note else answer


class LongHeaderFails(Fault):
    name = "long-header-fails"
    breaks = "ERR-1"
    summary = f"a header of more than {LONGEST_HEADER:,} characters is a 500"

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        return failure() if any(len(value) > LONGEST_HEADER for value in exchange.headers.values()) else None


class NonAsciiHeaderFails(Fault):
    name = "non-ascii-header-fails"
    breaks = "ERR-1"
    summary = "a header with anything beyond ASCII in it is a 500"

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        return failure() if not all(value.isascii() for value in exchange.headers.values()) else None


class AcceptFails(Fault):
    name = "accept-fails"
    breaks = "ERR-1"
    summary = "an Accept header without JSON in it is a 500"

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        accepted = exchange.headers.get("Accept", "*/*")
        return None if "*/*" in accepted or "json" in accepted else failure()


class FailsNowAndThen(Fault):
    name = "fails-now-and-then"
    breaks = "ERR-1"
    summary = f"every {EVERY}th request is a 500"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._numbers = itertools.count(1)

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        return failure() if next(self._numbers) % EVERY == 0 else None


class FailsInCrowd(Fault):
    name = "fails-in-crowd"
    breaks = "ERR-1"
    summary = f"with {AT_ONCE} requests in service any other is a 503"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._until: deque[float] = deque()  # of each request in service

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        now = time.monotonic()
        while self._until and self._until[0] <= now:
            self._until.popleft()
        if len(self._until) >= AT_ONCE:
            return failure(503)
        self._until.append(now + TAKES_S)
        return None

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return answer if answer.status == 503 else replace(answer, delay_s=answer.delay_s + TAKES_S)


class HangsOnRepetition(Fault):
    name = "hangs-on-repetition"
    breaks = "ERR-1"
    summary = "a text of one character fifty times over is never answered: a pattern takes for ever to match it"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        hangs = re.search(r"(.)\1{49}", json.dumps(exchange.body, ensure_ascii=False))
        return replace(answer, delay_s=FOR_EVER_S) if hangs else answer

"""The body tells the status as text."""

from dataclasses import replace

from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault


class StringStatus(Fault):
    name = "string-status"
    summary = 'the status in the body is a string ("200")'

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if isinstance(answer.body, bytes):
            return answer
        return replace(answer, body={**answer.body, "status": str(answer.status)})

"""The body tells another status than HTTP does."""

from dataclasses import replace

from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault


class StatusMismatch(Fault):
    name = "status-mismatch"
    summary = "the status in the body is one more than HTTP's"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if isinstance(answer.body, bytes):
            return answer
        return replace(answer, body={**answer.body, "status": answer.status + 1})

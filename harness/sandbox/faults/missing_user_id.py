"""A created session is told without its userId."""

from dataclasses import replace

from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault


class MissingUserId(Fault):
    name = "missing-user-id"
    summary = "the answer to createSession lacks userId"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if isinstance(answer.body, bytes) or "userId" not in answer.body:
            return answer
        return replace(answer, body={name: value for name, value in answer.body.items() if name != "userId"})

"""The documented 404 has another errorCode than the document says."""

from dataclasses import replace

from harness.sandbox.exchange import SESSION_NOT_FOUND, Answer, Exchange
from harness.sandbox.faults.base import Fault


class WrongErrorCode(Fault):
    name = "wrong-error-code"
    summary = 'an unknown or expired session is answered with errorCode "not_found"'

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if answer.error_code != SESSION_NOT_FOUND or isinstance(answer.body, bytes):
            return answer
        return replace(answer, body={**answer.body, "errorCode": "not_found"})

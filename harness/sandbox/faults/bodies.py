"""What an answer's body says and is: ERR-2, ERR-3 and ERR-4."""

import json
from dataclasses import replace
from typing import ClassVar

from harness.sandbox.answers import told, untold
from harness.sandbox.exchange import SESSION_NOT_FOUND, Answer, Exchange
from harness.sandbox.faults.base import Fault

PAGE = b"<html><head><title>Error</title></head><body><h1>Error</h1></body></html>\n"
SUCCESS = range(200, 300)
ERROR = range(400, 600)


def _is_object(answer: Answer) -> bool:
    return not isinstance(answer.body, bytes)


class StatusMismatch(Fault):
    name = "status-mismatch"
    breaks = "ERR-2"
    summary = "the status in the body is one more than HTTP's"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return told(answer, status=answer.status + 1)


class StringStatus(Fault):
    name = "string-status"
    breaks = "ERR-2"
    summary = 'the status in the body is a string ("200")'

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return told(answer, status=str(answer.status))


class BodyStatus(Fault):
    """Tells another status in the body, or none, in the answers of one HTTP status."""

    of: ClassVar[int]

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return self.body(answer) if answer.status == self.of else answer

    def body(self, answer: Answer) -> Answer:
        raise NotImplementedError


class StatusMissing(BodyStatus):
    def body(self, answer: Answer) -> Answer:
        return untold(answer, "status")


class StatusWrong(BodyStatus):
    def body(self, answer: Answer) -> Answer:
        return told(answer, status=500 if answer.status < 300 else 200)


class StatusAsString(BodyStatus):
    def body(self, answer: Answer) -> Answer:
        return told(answer, status=str(answer.status))


KINDS = {
    "missing": (StatusMissing, "has no status in its body"),
    "wrong": (StatusWrong, "tells another status in its body"),
    "string": (StatusAsString, "tells its status as a string"),
}
FAULTS = [
    type(
        f"status-{kind}-in-{of}",
        (base,),
        {"name": f"status-{kind}-in-{of}", "breaks": "ERR-2", "summary": f"a {of} {summary}", "of": of},
    )
    for of in (200, 400, 401, 404)
    for kind, (base, summary) in KINDS.items()
]


class SuccessTruncated(Fault):
    name = "success-truncated"
    breaks = "ERR-3"
    summary = "the JSON of a success lacks its last character"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        cut = answer.status == 200 and _is_object(answer)
        return replace(answer, body=json.dumps(answer.body).encode()[:-1]) if cut else answer


class NotFoundTruncated(Fault):
    name = "not-found-truncated"
    breaks = "ERR-3"
    summary = "the JSON of the documented 404 lacks its last character"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        cut = answer.error_code == SESSION_NOT_FOUND
        return replace(answer, body=json.dumps(answer.body).encode()[:-1]) if cut else answer


class SuccessArray(Fault):
    name = "success-array"
    breaks = "ERR-3"
    summary = "the JSON of a message's success is an array with the object in it"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        wrapped = answer.status == 200 and exchange.operation == "sendMessage" and _is_object(answer)
        return replace(answer, body=json.dumps([answer.body]).encode()) if wrapped else answer


class SuccessEmpty(Fault):
    name = "success-empty"
    breaks = "ERR-3"
    summary = "the 200 to a message has an empty body"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        emptied = answer.status == 200 and exchange.operation == "sendMessage"
        return replace(answer, body=b"") if emptied else answer


class OtherMedia(Fault):
    """Answers some requests in another media type than JSON."""

    statuses: ClassVar[range]
    media: ClassVar[str]
    body: ClassVar[bytes | None] = None  # None: the JSON as it is

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if exchange.operation is None or answer.status not in self.statuses:
            return answer
        return replace(answer, body=answer.body if self.body is None else self.body, content_type=self.media)


class InvalidHtml(OtherMedia):
    name = "invalid-html"
    breaks = "ERR-4"
    summary = "a 400 is an HTML page"
    statuses = range(400, 401)
    media = "text/html"
    body = PAGE


class UnauthorizedHtml(OtherMedia):
    name = "unauthorized-html"
    breaks = "ERR-4"
    summary = "a 401 is an HTML page"
    statuses = range(401, 402)
    media = "text/html"
    body = PAGE


class UnauthorizedPlainText(OtherMedia):
    name = "unauthorized-plain-text"
    breaks = "ERR-4"
    summary = "a 401 is a line of plain text"
    statuses = range(401, 402)
    media = "text/plain"
    body = b"Unauthorized"


class SuccessSaysHtml(OtherMedia):
    name = "success-says-html"
    breaks = "ERR-4"
    summary = "the JSON of a success is said to be text/html"
    statuses = SUCCESS
    media = "text/html"


class ErrorsSayPlainText(OtherMedia):
    name = "errors-say-plain-text"
    breaks = "ERR-4"
    summary = "the JSON of an error is said to be text/plain"
    statuses = ERROR
    media = "text/plain"

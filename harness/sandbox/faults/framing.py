"""HTTP itself: methods, paths, lengths, and the forms in which a body may come: HTTP-1 to HTTP-3."""

import json
from dataclasses import replace
from urllib.parse import unquote_to_bytes

from harness.sandbox.answers import failure, refused, turned
from harness.sandbox.deviation import ReadBody
from harness.sandbox.exchange import Answer, Exchange, Wire
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session


class OtherMethodsTaken(Fault):
    name = "other-methods-taken"
    breaks = "HTTP-1"
    summary = "PUT, PATCH and DELETE do what POST does"

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        if exchange.method in {"PUT", "PATCH", "DELETE"}:
            exchange.method = "POST"
        return None


class GetAnswered(Fault):
    name = "get-answered"
    breaks = "HTTP-1"
    summary = "GET on the path of an operation is answered 200 with nothing in it"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        asked = answer.status == 405 and exchange.method == "GET"
        return Answer(200, {"status": 200}) if asked else answer


class UnknownPath200(Fault):
    name = "unknown-path-200"
    breaks = "HTTP-1"
    summary = "an unknown path is answered 200"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return Answer(200, {"status": 200}) if answer.error_code == "not_found" else answer


class UnknownPath500(Fault):
    name = "unknown-path-500"
    breaks = "HTTP-1"
    summary = "an unknown path is a 500"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return failure() if answer.error_code == "not_found" else answer


class LengthTooLong(Fault):
    name = "length-too-long"
    breaks = "HTTP-2"
    summary = "the Content-Length of a created session is larger than the body, after which the connection is closed"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        created = exchange.operation == "createSession" and answer.status == 200
        return replace(answer, wire=Wire(missing_bytes=2)) if created else answer


class TrailingBytes(Fault):
    name = "trailing-bytes"
    breaks = "HTTP-2"
    summary = "a line end follows the body of each success, beyond its Content-Length"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return replace(answer, wire=Wire(trailing=b"\n\n")) if answer.status == 200 else answer


class HeadWithBody(Fault):
    name = "head-with-body"
    breaks = "HTTP-2"
    summary = "an answer to HEAD is followed by the body that it only tells the length of"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        body = json.dumps(answer.body).encode()
        return replace(answer, wire=Wire(trailing=body)) if exchange.method == "HEAD" else answer


class OddIdFails(Fault):
    name = "odd-id-fails"
    breaks = "HTTP-2"
    summary = "a session id with anything but letters, digits, - and _ in it is a 500"

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        match exchange.path.split("/"):
            case ["", "v1", "sessions", session_id, "messages"]:
                plain = unquote_to_bytes(session_id).translate(None, b"-_")
                return None if not plain or (plain.isascii() and plain.isalnum()) else failure()
        return None


class LongIdDropped(Fault):
    name = "long-id-dropped"
    breaks = "HTTP-2"
    summary = "with a session id of more than 200 characters the connection is closed without an answer"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return replace(answer, wire=Wire(drops=True)) if len(exchange.path_session_id) > 200 else answer


class PercentMatchesAny(Fault):
    name = "percent-matches-any"
    breaks = "HTTP-2"
    summary = "a session id of % is a wildcard: the message goes to the tenant's latest session"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._latest: dict[object, Session] = {}

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        self._latest[session.tenant] = session
        return session

    def on_request(self, exchange: Exchange) -> Answer | None:
        if exchange.path_session_id in {"%", "*"} and exchange.tenant in self._latest:
            exchange.path_session_id = self._latest[exchange.tenant].id
        return None


class CharsetRefused(Fault):
    name = "charset-refused"
    breaks = "HTTP-3"
    summary = "Content-Type: application/json; charset=utf-8 is answered 415"

    def on_request(self, exchange: Exchange) -> Answer | None:
        charset = ";" in exchange.headers.get("Content-Type", "")
        return turned(refused("Send application/json."), 415, "unsupported_media_type") if charset else None


class ContentTypeInOneCase(Fault):
    name = "content-type-in-one-case"
    breaks = "HTTP-3"
    summary = "Content-Type: Application/JSON is answered 415"

    def on_request(self, exchange: Exchange) -> Answer | None:
        told = exchange.headers.get("Content-Type", "")
        return (
            turned(refused("Send application/json."), 415, "unsupported_media_type") if told != told.lower() else None
        )


class HeaderNamesInOneCase(Fault):
    name = "header-names-in-one-case"
    breaks = "HTTP-3"
    summary = "content-type in lower or upper case is not seen, and answered 415"

    def on_request(self, exchange: Exchange) -> Answer | None:
        names = [name for name, _ in exchange.raw_headers if name.lower() == b"content-type"]
        seen = names in ([], [b"Content-Type"])
        return None if seen else turned(refused("Send application/json."), 415, "unsupported_media_type")


class ChunkedRefused(Fault):
    name = "chunked-refused"
    breaks = "HTTP-3"
    summary = "a chunked body is answered 411"

    def on_request(self, exchange: Exchange) -> Answer | None:
        chunked = "Transfer-Encoding" in exchange.headers
        return turned(refused("Send Content-Length."), 411, "length_required") if chunked else None


class SplitBodyRefused(Fault):
    name = "split-body-refused"
    breaks = "HTTP-3"
    summary = "of a body that comes in several packets only the first is read, and the answer is 400"

    def on_body(self, exchange: Exchange, raw: bytes) -> bytes:
        return raw if exchange.body_packets < 2 else raw[: len(raw) // 2]

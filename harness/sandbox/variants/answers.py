"""Answers: their form, their fields, and the connections that they come over."""

from dataclasses import replace
from typing import Any

from harness.sandbox.answers import told, turned
from harness.sandbox.exchange import SESSION_NOT_FOUND, Answer, Exchange
from harness.sandbox.replies import Reply
from harness.sandbox.variants.base import Variant

PAGE = b"<html>\r\n<head><title>%b</title></head>\r\n<body><center><h1>%b</h1></center></body>\r\n</html>\r\n"
TITLES = {404: b"404 Not Found", 405: b"405 Not Allowed"}


class ExtraFields(Variant):
    name = "extra-fields"
    summary = "answers and webhook calls have more fields than the document shows"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return told(answer, requestId="r-1", meta={"version": 3, "tags": [], "next": None})

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            data: dict[str, Any] = {**reply.event["data"], "messageId": reply.id, "attachments": [], "language": None}
            reply.event = {**reply.event, "data": data, "version": "2"}
        return replies


class ProxyPages(Variant):
    name = "proxy-pages"
    summary = "a proxy answers unknown paths by a 404 and other methods by a 405, both in HTML"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if answer.error_code not in {"not_found", "method_not_allowed"}:
            return answer
        title = TITLES[answer.status]
        return replace(answer, body=PAGE % (title, title), content_type="text/html", headers={})


class KeyForAnyPath(Variant):
    name = "key-for-any-path"
    summary = "without a valid key any path and any method is a 401"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if answer.error_code not in {"not_found", "method_not_allowed"}:
            return answer
        scheme, _, key = exchange.headers.get("Authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and self.holder_of(key)
        return answer if known else turned(answer, 401, "unauthorized")


class ConnectionsClosed(Variant):
    name = "connections-closed"
    summary = "each connection is closed after one answer"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return replace(answer, wire=replace(answer.wire, closes=True))


class ProblemJson(Variant):
    name = "problem-json"
    summary = "errors are application/problem+json, with a type and a title beside the documented fields"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if answer.status < 400 or isinstance(answer.body, bytes):
            return answer
        problem = told(answer, type="about:blank", title=answer.error_code or "error")
        return replace(problem, content_type="application/problem+json")


class PrettyJson(Variant):
    name = "pretty-json"
    summary = "answers are JSON over several lines, and say their charset"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if isinstance(answer.body, bytes):
            return answer
        said = answer.content_type if ";" in answer.content_type else f"{answer.content_type}; charset=utf-8"
        return replace(answer, content_type=said, wire=replace(answer.wire, indent=4))


class ChunkedAnswers(Variant):
    name = "chunked-answers"
    summary = "answers are chunked, without a Content-Length"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return replace(answer, wire=replace(answer.wire, chunked=True)) if answer.status != 204 else answer


class ForeignSession403(Variant):
    name = "foreign-session-403"
    summary = "another tenant's session is answered 403"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        foreign = answer.error_code == SESSION_NOT_FOUND and self.foreign_session(exchange)
        return turned(answer, 403, "forbidden") if foreign else answer


class ForeignSession401(Variant):
    name = "foreign-session-401"
    summary = "another tenant's session is answered 401"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        foreign = answer.error_code == SESSION_NOT_FOUND and self.foreign_session(exchange)
        return turned(answer, 401, "unauthorized") if foreign else answer

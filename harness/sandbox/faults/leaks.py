"""What an API tells that it should keep to itself: SEC-4 and SEC-7."""

import json
from dataclasses import replace

from harness.sandbox.answers import told
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault

TRACE = """Traceback (most recent call last):
  File "/srv/messaging/app/routes/messages.py", line 88, in create
    session = sessions[session_id]
KeyError: 'session'
"""


class StackTraceInErrors(Fault):
    name = "stack-trace-in-errors"
    breaks = "SEC-4"
    summary = "a 400 tells the stack trace of what went wrong"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return told(answer, trace=TRACE) if answer.status == 400 else answer


class PathInErrors(Fault):
    name = "path-in-errors"
    breaks = "SEC-4"
    summary = "an error tells the path of a file on the server"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        where = "invalid request in /srv/messaging/app/routes/messages.py"
        return told(answer, message=where) if answer.status == 400 else answer


class KeyInErrors(Fault):
    name = "key-in-errors"
    breaks = "SEC-4"
    summary = "a 400 tells the request's headers, its API key among them"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if answer.status != 400 or exchange.tenant is None:
            return answer
        return told(answer, request={"authorization": f"Bearer {exchange.tenant.api_key}"})


class WrongKeyInErrors(Fault):
    name = "wrong-key-in-errors"
    breaks = "SEC-4"
    summary = "a 401 repeats the key that it refuses"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if answer.status != 401 or "Authorization" not in exchange.headers:
            return answer
        return told(answer, message=f"not a valid key: {exchange.headers['Authorization']}")


class HtmlEcho(Fault):
    name = "html-echo"
    breaks = "SEC-4"
    summary = "a 400 is an HTML page that repeats the request's fields, with any markup in them"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if answer.status != 400:
            return answer
        page = f"<html><body>Invalid request: {json.dumps(exchange.body)}</body></html>"
        return replace(answer, body=page.encode(), content_type="text/html")


class CorsWildcard(Fault):
    name = "cors-wildcard"
    breaks = "SEC-7"
    summary = "every answer allows any web page to call with credentials: a wildcard"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        exchange.answer_headers["Access-Control-Allow-Origin"] = "*"
        exchange.answer_headers["Access-Control-Allow-Credentials"] = "true"
        return answer


class CorsReflected(Fault):
    name = "cors-reflected"
    breaks = "SEC-7"
    summary = "every answer allows the web page that asked to call with credentials, whichever it is"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        origin = exchange.headers.get("Origin")
        if origin and origin.isprintable():
            exchange.answer_headers["Access-Control-Allow-Origin"] = origin
            exchange.answer_headers["Access-Control-Allow-Credentials"] = "true"
        return answer

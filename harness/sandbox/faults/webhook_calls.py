"""How a webhook is called: its method, and the form of what it is sent: RPL-2, RPL-9 and SEC-4."""

import json
from dataclasses import replace
from urllib.parse import urlencode

from harness.sandbox.calls import Call
from harness.sandbox.faults.base import Fault
from harness.sandbox.replies import Reply


class CallPut(Fault):
    name = "call-put"
    breaks = "RPL-2"
    summary = "webhooks are called by PUT instead of POST"

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, method="PUT")


class CallForm(Fault):
    name = "call-form"
    breaks = "RPL-2"
    summary = "webhooks are sent a form instead of JSON"

    def on_call(self, reply: Reply, call: Call) -> Call:
        data = reply.event.get("data", {})
        headers = {**call.headers, "Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode({"event": "message", **data}, errors="replace")
        return replace(call, body=form.encode(), headers=headers)


class CallEncodedTwice(Fault):
    name = "call-encoded-twice"
    breaks = "RPL-2"
    summary = "webhooks are sent a JSON string that holds the JSON"

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, body=json.dumps(call.body.decode()).encode())


class CallArray(Fault):
    name = "call-array"
    breaks = "RPL-2"
    summary = "webhooks are sent an array of events"

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, body=b"[%b]" % call.body)


class CallTruncated(Fault):
    name = "call-truncated"
    breaks = "RPL-2"
    summary = "webhooks are sent JSON without its last character"

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, body=call.body[:-1])


class CallLatin1(Fault):
    name = "call-latin-1"
    breaks = "RPL-4"
    summary = "webhooks are sent Latin-1 instead of UTF-8"

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, body=call.body.decode().encode("latin-1", "replace"))


class CallPlainText(Fault):
    name = "call-plain-text"
    breaks = "RPL-9"
    summary = "a webhook call says text/plain"

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, headers={**call.headers, "Content-Type": "text/plain"})


class CallWithoutType(Fault):
    name = "call-without-type"
    breaks = "RPL-9"
    summary = "a webhook call does not say what its body is"

    def on_call(self, reply: Reply, call: Call) -> Call:
        headers = {name: value for name, value in call.headers.items() if name != "Content-Type"}
        return replace(call, headers=headers)


class KeyInCalls(Fault):
    name = "key-in-calls"
    breaks = "SEC-4"
    summary = "webhook calls carry the tenant's API key in an Authorization header"

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, headers={**call.headers, "Authorization": f"Bearer {reply.session.tenant.api_key}"})

"""Traffic and arrivals as no server would have to be built for."""

import json

from harness.client.exchange import Answer, Request
from harness.client.veil import Veil
from harness.events import Replied

SESSIONS, MESSAGES, WEBHOOKS = "/v1/sessions", "/v1/sessions/s-1/messages", "/v1/webhooks"
JSON = ("Content-Type", "application/json")

KEY = ("Authorization", "Bearer $HARNESS_API_KEY")


def answer(status=200, body=None, *headers, path=MESSAGES, method="POST", sent=b"{}", key=KEY, odd=False, **fields):
    """An answer with a JSON body that tells its status, unless another body (bytes, or a value) is given."""
    raw = body if isinstance(body, bytes) else json.dumps({"status": status} if body is None else body).encode()
    return Answer(
        Request(method, path, (key,) if key else (), sent, odd=odd), status, headers or (JSON,), raw, **fields
    )


def silence(failure="no answer within 15 s", path=MESSAGES):
    return Answer(Request("POST", path), failure=failure)


def with_key(key, status, body):
    """An answer of a target that knows the key."""
    return answer(status, body, veil=Veil({"$HARNESS_API_KEY": key}))


def created(session, user="u-1", at=0, **fields):
    return answer(200, {"status": 200, "sessionId": session, "userId": user}, path=SESSIONS, sent_at=at, **fields)


def said(session, status=200, at=0, content="Hello", **fields):
    sent = json.dumps({"content": content}).encode()
    return answer(status, path=f"/v1/sessions/{session}/messages", sent_at=at, elapsed_ns=10, sent=sent, **fields)


def arrival(session="s-1", user="u-1", content="Hi", participant="bot", at=100, **fields):
    data = {"sessionId": session, "userId": user, "content": content, "participantType": participant}
    body = json.dumps({"event": "message", "data": data})
    given = {"content_type": "application/json", "body": body, "digest": f"{hash(body):x}", **fields}
    return Replied(at, at, session, user, participant, **given)

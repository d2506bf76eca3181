"""ERR-*, SEC-4, SEC-7 and HTTP-*: what answers look like, and whether they come at all."""

import json

from tests.sandbox.probes.sight import UNKNOWN, Probe, answer, at_once, broken, status
from tests.sandbox.process import KEY, session_body
from tests.sandbox.site import Got, Site

HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
HEAD = f"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n".encode()
BODY = json.dumps(session_body()).encode()
LENGTH = b"Content-Length: %d\r\n" % len(BODY)


async def success(site: Site) -> Got:
    return await site.creation()


async def acceptance(site: Site) -> Got:
    return await site.send(await site.create())


async def invalid(site: Site) -> Got:
    return await site.post("/v1/sessions", {"clientId": 5, "source": "<b>x</b>"})


async def unauthorized(site: Site) -> Got:
    return await site.post("/v1/sessions", {}, "wrong-key")


async def not_found(site: Site) -> Got:
    return await site.post(UNKNOWN, {"content": "x"})


STATUSES = {200: success, 400: invalid, 401: unauthorized, 404: not_found}


def told_statuses():
    """The body's status in each kind of answer."""
    for of, request in STATUSES.items():
        yield f"status-missing-in-{of}", answer(request, lambda got: "status" not in got.body)
        yield f"status-wrong-in-{of}", answer(request, lambda got, of=of: got.told("status") not in {of, None, str(of)})
        yield f"status-string-in-{of}", answer(request, lambda got, of=of: got.told("status") == str(of))


def fails(body, **headers) -> Probe:
    """createSession with this body is a 500."""
    return status(lambda site: site.post("/v1/sessions", body, **headers), 500)


def posted(body) -> Probe:
    """createSession with this body gets no answer."""

    async def probe(site: Site):
        return await broken(site.post("/v1/sessions", body))

    return probe


async def fails_now_and_then(site: Site):
    return 500 in {(await site.send("unknown")).status for _ in range(105)}


async def fails_in_crowd(site: Site):
    return 503 in {got.status for got in await at_once(site, 30)} and (await site.creation()).status == 200


async def slow_html(site: Site):
    got = [await site.creation() for _ in range(5)]
    return [each.status for each in got] == [200] * 4 + [500]


async def echoes_markup(site: Site):
    return b"<b>x</b>" in (await invalid(site)).raw


def sent(method, path) -> Probe:
    """A request of another method, or to another path, is answered 200."""

    async def probe(site: Site):
        got = await site.ask(method, path, BODY, HEADERS)
        return (got.status, got.told("status")) == (200, 200)

    return probe


async def wrong_length(site: Site):
    return await broken(site.creation())


async def head_with_body(site: Site):
    got = await site.raw(b"HEAD /v1/webhooks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    return not got.endswith(b"\r\n\r\n")


async def trailing(site: Site):
    return (await site.raw(HEAD + LENGTH + b"\r\n" + BODY)).endswith(b"}\n\n")


def odd_id(session_id, expected) -> Probe:
    async def probe(site: Site):
        await site.create()
        got = await site.ask("POST", f"/v1/sessions/{session_id}/messages", b'{"content": "x"}', HEADERS)
        return got.status == expected

    return probe


async def long_id(site: Site):
    return await broken(site.send("x" * 300))


def sent_raw(headers, *packets) -> Probe:
    """A request in a legal form is refused."""

    async def probe(site: Site):
        received = await site.raw(HEAD + headers + b"\r\n" + packets[0], *packets[1:])
        return received.startswith((b"HTTP/1.1 400", b"HTTP/1.1 411", b"HTTP/1.1 415"))

    return probe


def allowed_origin(value) -> Probe:
    async def probe(site: Site):
        got = await site.post("/v1/sessions", {}, Origin="https://evil.example")
        credentials = got.headers.get("Access-Control-Allow-Credentials")
        return (got.headers.get("Access-Control-Allow-Origin"), credentials) == (value, "true")

    return probe


def media(request, expected) -> Probe:
    return answer(request, lambda got: got.headers["Content-Type"] == expected)


JSON_TYPE = b"Content-Type: application/json\r\n"
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)

FAILURES = {
    "slow-sessions-html-500": slow_html,
    "nul-fails": fails(session_body(firstName="a\0b")),
    "lone-surrogate-fails": fails(session_body(firstName="a\ud800b")),
    "deep-nesting-fails": fails({**session_body(), "extra": json.loads("[" * 40 + "]" * 40)}),
    "huge-integer-fails": fails({**session_body(), "extra": 10**30}),
    "invalid-utf-8-fails": fails(b'{"clientId": "\xff"}'),
    "invalid-json-fails": fails(b"{"),
    "invalid-json-dropped": posted(b"{"),
    "empty-body-hangs": posted(b""),
    "wrong-type-fails": fails({**session_body(), "source": 5}),
    "long-header-fails": fails(session_body(), X_Trace="x" * 3000),
    "non-ascii-header-fails": fails(session_body(), X_Name="Zoë"),
    "accept-fails": fails(session_body(), Accept="text/html"),
    "fails-now-and-then": fails_now_and_then,
    "fails-in-crowd": fails_in_crowd,
    "hangs-on-repetition": posted(session_body(firstName="a" * 60)),
}
BODIES = {
    **dict(told_statuses()),
    "status-mismatch": answer(not_found, lambda got: got.told("status") == 405),
    "string-status": answer(not_found, lambda got: got.told("status") == "404"),
    "success-truncated": answer(success, lambda got: got.body is None and got.raw.startswith(b"{")),
    "not-found-truncated": answer(not_found, lambda got: got.body is None and got.raw.startswith(b"{")),
    "success-array": answer(acceptance, lambda got: got.body == [{"status": 200}]),
    "success-empty": answer(acceptance, lambda got: got.raw == b""),
    "invalid-html": media(invalid, "text/html"),
    "unauthorized-html": media(unauthorized, "text/html"),
    "unauthorized-plain-text": media(unauthorized, "text/plain"),
    "success-says-html": media(success, "text/html"),
    "errors-say-plain-text": media(not_found, "text/plain"),
}
LEAKS = {
    "stack-trace-in-errors": answer(invalid, lambda got: b"Traceback" in got.raw),
    "path-in-errors": answer(invalid, lambda got: b"/srv/" in got.raw and b"Traceback" not in got.raw),
    "key-in-errors": answer(invalid, lambda got: KEY.encode() in got.raw),
    "wrong-key-in-errors": answer(unauthorized, lambda got: b"wrong-key" in got.raw),
    "html-echo": echoes_markup,
    "cors-wildcard": allowed_origin("*"),
    "cors-reflected": allowed_origin("https://evil.example"),
}
FORMS = {
    "other-methods-taken": sent("PUT", "/v1/sessions"),
    "get-answered": sent("GET", "/v1/webhooks"),
    "unknown-path-200": sent("POST", "/v1/elsewhere"),
    "unknown-path-500": status(lambda site: site.post("/v1/elsewhere", {}), 500),
    "length-too-long": wrong_length,
    "head-with-body": head_with_body,
    "trailing-bytes": trailing,
    "odd-id-fails": odd_id("a~b", 500),
    "long-id-dropped": long_id,
    "percent-matches-any": odd_id("%25", 200),
    "charset-refused": sent_raw(b"Content-Type: application/json; charset=utf-8\r\n" + LENGTH, BODY),
    "content-type-in-one-case": sent_raw(b"Content-Type: Application/JSON\r\n" + LENGTH, BODY),
    "header-names-in-one-case": sent_raw(b"content-type: application/json\r\n" + LENGTH, BODY),
    "chunked-refused": sent_raw(JSON_TYPE + b"Transfer-Encoding: chunked\r\n", CHUNKED),
    "split-body-refused": sent_raw(JSON_TYPE + LENGTH, BODY[:20], BODY[20:40], BODY[40:]),
}
PROBES = {**FAILURES, **BODIES, **LEAKS, **FORMS}

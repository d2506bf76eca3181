"""HTTP's own rules: methods, paths, framing, and every legal form of a JSON body."""

import json

import pytest

from harness.client.source_system import AGENT, encode, messages_path, raw_messages_path
from harness.client.wire import serialise
from harness.conformance.oddities import ODD_HEADERS, ODD_IDS, ODD_TYPES
from harness.conformance.samples import customer


def headers_for(api, body, content_type="application/json", *, spelled=str):
    """The usual headers, as `spelled` has their names."""
    named = [("User-Agent", AGENT), ("Authorization", api.key), ("Content-Type", content_type)]
    length = [("Content-Length", str(len(body)))] if body is not None else [("Transfer-Encoding", "chunked")]
    return [(spelled(name), value) for name, value in [*named, *length]]


def surely_valid(api, session, webhook):
    """A request of each operation: path and body."""
    return (
        ("/v1/sessions", encode({"clientId": api.client_id, "source": "sms", "customer": customer(8)})),
        (messages_path(session.id), encode({"content": "Grüße, 你好"})),
        ("/v1/webhooks", encode({"url": webhook.url, "event": "message"})),
    )


@pytest.mark.requirement("HTTP-1")
def test_an_unsupported_method_is_a_client_error(check, api, sessions):
    for path in ("/v1/sessions", messages_path(sessions.open().id), "/v1/webhooks"):
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            check.client_error(api.request(method, path, content=b"" if method == "GET" else b"{}"))
        for method in ("PUT", "PATCH"):
            body = {"clientId": api.client_id, "source": "sms", "customer": customer(8), "content": "Hello"}
            check.client_error(api.request(method, path, content=encode(body)), "what only POST may do")


@pytest.mark.requirement("HTTP-1")
def test_an_unknown_path_is_a_client_error(check, api, dice):
    unknown = f"unknown-{dice.getrandbits(32):08x}"
    for path in (f"/{unknown}", f"/v1/{unknown}", f"/v1/sessions/{unknown}/{unknown}", f"/v1/sessions/{unknown}"):
        check.client_error(api.post(path, {}))


@pytest.mark.requirement("HTTP-2")
def test_odd_characters_in_place_of_a_session_are_a_client_error(check, api):
    body = encode({"content": "Hello"})
    for odd in ODD_IDS:
        check.client_error(api.raw(api.made(raw_messages_path(odd), headers_for(api, body), body, odd=True)))


@pytest.mark.requirement("HTTP-2")
def test_an_answer_ends_where_it_says(check, api, sessions, webhook):
    for path, body in surely_valid(api, sessions.open(), webhook):
        for key in (api.key, "Bearer never-issued"):
            headers = [("Authorization", key), *headers_for(api, body)[2:]]
            answer = api.raw(api.made(path, headers, body))
            check.holds(answer.status is not None and not answer.trailing, "one whole response, and no more", answer)


@pytest.mark.requirement("HTTP-2")
def test_a_connection_goes_on_after_a_refusal(check, api, sessions, webhook):
    """What was refused unread is no part of the next request."""
    for path, body in surely_valid(api, sessions.open(), webhook):
        rightly = api.made(path, headers_for(api, body), body)
        without_key = api.made(path, headers_for(api, body)[2:], body)
        nowhere = api.made(f"{path}/nowhere", headers_for(api, body), body, odd=True)
        for refused in (without_key, nowhere):
            *_, last = api.raw_in_turn(refused, rightly)
            # A connection may be closed at any time; what is answered must be the answer to what was asked.
            held = last.status in (None, 429) or last.accepted
            check.holds(held, "the next request on the connection is taken as it is", last)


@pytest.mark.requirement("HTTP-2")
def test_an_answer_to_head_has_no_body(check, api, sessions):
    for path in ("/v1/sessions", messages_path(sessions.open().id), "/v1/webhooks"):
        answer = api.raw(api.made(path, headers_for(api, b"")[:2], b"", method="HEAD"))
        check.holds(not answer.trailing, "the head of an answer, and no more", answer)


@pytest.mark.requirement("HTTP-3")
def test_a_charset_parameter_is_taken(check, api, sessions, webhook):
    for path, body in surely_valid(api, sessions.open(), webhook):
        for content_type in (
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            'application/json; charset="utf-8"',
            "Application/JSON",
            "APPLICATION/JSON; Charset=Utf-8",
        ):
            check.accepted(api.request("POST", path, content=body, content_type=content_type))


@pytest.mark.requirement("HTTP-3")
def test_every_spelling_of_json_is_taken(check, api, sessions, webhook):
    for path, body in surely_valid(api, sessions.open(), webhook):
        value = json.loads(body)
        spread_out = json.dumps(value, indent="\t", separators=(" ,\r\n", " :  "))
        reversed_order = json.dumps(dict(reversed(value.items())))
        escaped = json.dumps(value).replace("/", "\\/").replace('"s', '"\\u0073').replace('"c', '"\\u0063')
        spellings = (json.dumps(value), json.dumps(value, ensure_ascii=False), reversed_order, escaped)
        for text in (*spellings, f"\r\n\t {spread_out} \n"):
            check.accepted(api.request("POST", path, content=text.encode()))


@pytest.mark.requirement("HTTP-3")
def test_a_chunked_body_is_taken(check, api, sessions, webhook):
    for path, body in surely_valid(api, sessions.open(), webhook):
        third = len(body) // 3
        parts = (body[:third], body[third : 2 * third], body[2 * third :])
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        head = serialise(api.made(path, headers_for(api, None), b""))
        check.accepted(api.raw(api.made(path, headers_for(api, None), body), [head + chunks]))
        check.accepted(api.raw(api.made(path, headers_for(api, None), body), [head, chunks[:9], chunks[9:]]))


@pytest.mark.requirement("HTTP-3")
@pytest.mark.aside
def test_a_request_split_over_packets_is_taken(check, api, sessions, webhook):
    for path, body in surely_valid(api, sessions.open(), webhook):
        request = api.made(path, headers_for(api, body), body)
        written = serialise(request)
        for cut in (10, len(written) - len(body) - 2, len(written) - len(body), len(written) - 3):
            check.accepted(api.raw(request, [written[:cut], written[cut:]]))
        quarter = len(body) // 4 + 1
        parts = [body[start : start + quarter] for start in range(0, len(body), quarter)]
        check.accepted(api.raw(request, [written[: -len(body)], *parts]))


@pytest.mark.requirement("HTTP-3")
def test_a_large_body_is_taken_in_pieces(check, api, sessions):
    body = encode({"content": "Grüße, 你好! " * 300})
    path = messages_path(sessions.open().id)
    request = api.made(path, headers_for(api, body), body)
    written = serialise(request)
    check.accepted(api.raw(request, [written[:1500], written[1500:3000], written[3000:]]))
    chunks = (
        b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:2000], body[2000:])) + b"0\r\n\r\n"
    )
    chunked = api.made(path, headers_for(api, None), body)
    check.accepted(api.raw(chunked, [serialise(api.made(path, headers_for(api, None), b"")), chunks]))


@pytest.mark.requirement("ERR-1")
def test_odd_headers_break_nothing(check, api, sessions, webhook):
    for path, body in surely_valid(api, sessions.open(), webhook):
        for header in ODD_HEADERS.values():
            check.unbroken(api.request("POST", path, content=body, headers=[header]))
        for content_type in (*ODD_TYPES, None):
            check.unbroken(api.request("POST", path, content=body, content_type=content_type))
    webhook.register()  # whatever was made of it all


@pytest.mark.requirement("HTTP-3")
def test_the_case_of_header_names_does_not_matter(check, api, sessions, webhook):
    for path, body in surely_valid(api, sessions.open(), webhook):
        for spelled in (str.lower, str.upper):
            check.accepted(api.raw(api.made(path, headers_for(api, body, spelled=spelled), body)))

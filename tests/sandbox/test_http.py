"""HTTP as it is really sent: every legal form of a request is understood, and every other is answered in JSON."""

import gzip
import json

import pytest

from tests.sandbox.process import KEY, session_body

BODY = json.dumps(session_body()).encode()
AUTHORIZATION = f"Authorization: Bearer {KEY}\r\n"


def request(head, body=b"", *, path="/v1/sessions", version="1.1", length=True):
    if length:
        head += f"Content-Length: {len(body)}\r\n"
    return f"POST {path} HTTP/{version}\r\nHost: x\r\n{AUTHORIZATION}{head}\r\n".encode() + body


def chunked(body, size):
    chunks = (body[start : start + size] for start in range(0, len(body), size))
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        "application/vnd.api+json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "nonsense",
        None,
    ],
)
def test_the_body_is_read_whatever_its_content_type_says(sandbox, content_type):
    head = f"Content-Type: {content_type}\r\n" if content_type else ""

    assert [status for status, _ in sandbox.raw(request(head, BODY))] == [200]


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_chunked_body_is_understood(sandbox, size):
    message = request("Transfer-Encoding: chunked\r\n", length=False) + chunked(BODY, size)

    assert [status for status, _ in sandbox.raw(message)] == [200]


def test_a_request_split_into_single_bytes_is_understood(sandbox):
    message = request("", b'{"url": "http://127.0.0.1:9/", "event": "message"}', path="/v1/webhooks")
    packets = [message[index : index + 1] for index in range(len(message))]

    assert [status for status, _ in sandbox.raw(*packets, pause_s=0.0005)] == [200]


def test_header_names_may_be_in_any_case(sandbox):
    head = (
        f"POST /v1/sessions HTTP/1.1\r\nHOST: x\r\naUTHORIZATION: Bearer {KEY}\r\ncontent-LENGTH: {len(BODY)}\r\n\r\n"
    )

    assert [status for status, _ in sandbox.raw(head.encode() + BODY)] == [200]


def test_http_1_0_is_answered_and_the_connection_closed(sandbox):
    answers = sandbox.raw(request("", BODY, version="1.0"), answers=2)

    assert [status for status, _ in answers] == [200]


def test_pipelined_requests_are_answered_in_order(sandbox):
    bad = request("", b"{}")
    answers = sandbox.raw(request("", BODY) + bad + request("", BODY) + bad, answers=4)

    assert [status for status, _ in answers] == [200, 400, 200, 400]


def test_a_connection_is_kept_alive_through_refusals(sandbox):
    with sandbox.connection() as connection:
        for body, expected in ((b"{", 400), (BODY, 200), (b"[]", 400), (BODY, 200)):
            connection.sendall(request("", body))
            assert connection.recv(65536).split(b" ")[1] == str(expected).encode()


def test_a_client_that_waits_for_100_continue_gets_it(sandbox):
    with sandbox.connection() as connection:
        connection.sendall(request(f"Expect: 100-continue\r\nContent-Length: {len(BODY)}\r\n", length=False))
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")
        connection.sendall(BODY)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_the_absolute_form_of_a_path_is_understood(sandbox):
    assert [status for status, _ in sandbox.raw(request("", BODY, path="http://x/v1/sessions"))] == [200]


def test_a_compressed_body_is_understood(sandbox):
    packed = gzip.compress(BODY)

    assert [status for status, _ in sandbox.raw(request("Content-Encoding: gzip\r\n", packed))] == [200]


def test_a_body_that_is_not_compressed_as_it_says_is_a_400(sandbox):
    ((status, body),) = sandbox.raw(request("Content-Encoding: gzip\r\n", BODY))

    assert status == 400
    assert json.loads(body)["status"] == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"12",
        b"NaN",
        b'{"clientId": NaN}',
        b'{"content": Infinity}',
        b"\xff\xfe{}",
        b'{"content": "\xe9"}',
        b"{'content': 'single'}",
        b"[" * 50_000,
        b'{"a":' * 20_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        json.dumps(session_body()).encode("utf-16"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/webhooks", "/v1/sessions/x/messages"])
def test_a_body_that_is_no_json_object_in_utf_8_is_a_400(sandbox, path, body):
    response = sandbox.post(path, content=body)

    assert response.status_code == 400
    assert response.json()["status"] == 400
    assert response.headers["content-type"] == "application/json"


def test_of_a_key_that_comes_twice_the_last_value_counts(sandbox):
    session_id, _ = sandbox.create_session()
    path = f"/v1/sessions/{session_id}/messages"

    assert sandbox.post(path, content=b'{"content": 1, "content": "text"}').status_code == 200
    assert sandbox.post(path, content=b'{"content": "text", "content": 1}').status_code == 400


def test_a_byte_order_mark_is_tolerated(sandbox):
    assert sandbox.post("/v1/sessions", content=b"\xef\xbb\xbf" + BODY).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/", "/v1/session", "/v1/sessions/", "/v1/sessions/x", "/v1/webhooks/1", "/v2/sessions", "//"],
)
def test_an_unknown_path_is_a_404_in_json(sandbox, path):
    response = sandbox.post(path, {})

    assert (response.status_code, response.json()["status"]) == (404, 404)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/webhooks", "/v1/sessions/x/messages"])
def test_another_method_is_a_405_that_allows_post(sandbox, method, path):
    response = sandbox.http.request(method, path, headers={"Authorization": f"Bearer {KEY}", "Origin": "http://evil"})

    assert (response.status_code, response.json()["status"]) == (405, 405)
    assert response.headers["allow"] == "POST"
    assert not any(name.startswith("access-control") for name in response.headers)


def test_head_gets_no_body(sandbox):
    response = sandbox.http.head("/v1/sessions")

    assert (response.status_code, response.content) == (405, b"")


@pytest.mark.parametrize(
    "segment",
    [
        "x",
        "%2F",
        "..%2F..%2Fetc",
        "%00",
        "%F0%9F%99%82",
        "%FF",
        "%",
        "%zz",
        "a%20b",
        "'",
        "<b>",
        "x" * 6000,
        "%" * 300,
        "",
    ],
)
def test_an_odd_session_id_is_a_404_in_json(sandbox, segment):
    message = request("", b'{"content": "hello"}', path=f"/v1/sessions/{segment}/messages")
    ((status, body),) = sandbox.raw(message)

    assert status == 404
    assert json.loads(body)["status"] == 404


@pytest.mark.parametrize("path", ["/v1/sessions/é/messages", "/v1/sessions/a b/messages", "/v1/sessions/" + "x" * 9000])
def test_bytes_that_have_no_place_in_a_path_are_a_4xx_in_json(sandbox, path):
    ((status, body),) = sandbox.raw(request("", b'{"content": "hello"}', path=path))

    assert 400 <= status < 500
    assert json.loads(body)["status"] == status


@pytest.mark.parametrize(
    "message",
    [
        b"GARBAGE\r\n\r\n",
        b"POST /v1/sessions HTTP/9.9\r\n\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nbad header\r\n\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_400_in_json_that_leaks_nothing(sandbox, message):
    ((status, body),) = sandbox.raw(message)

    assert (status, json.loads(body)["errorCode"]) == (400, "bad_request")
    assert b"aiohttp" not in body


@pytest.mark.parametrize("pause_s", [0.0, 0.0002, 0.001, 0.05])
def test_a_chunk_that_is_none_is_a_400_at_once_whenever_it_comes(sandbox, pause_s):
    head = request("Transfer-Encoding: chunked\r\n", length=False)
    for _ in range(10):
        ((status, body), *_) = sandbox.raw(head, b"zz\r\nhello\r\n", pause_s=pause_s)

        assert (status, json.loads(body)["status"]) == (400, 400)


def test_a_declared_body_over_the_bound_is_a_413_without_reading_it(sandbox):
    ((status, body), *_) = sandbox.raw(request("Content-Length: 99999999999\r\n", length=False))

    assert (status, json.loads(body)["errorCode"]) == (413, "payload_too_large")


def test_a_body_that_grows_over_the_bound_is_a_413(sandbox):
    message = request("Transfer-Encoding: chunked\r\n", length=False) + chunked(b" " * 200_000, 8_192)
    ((status, body), *_) = sandbox.raw(message)

    assert (status, json.loads(body)["status"]) == (413, 413)


def test_a_small_body_that_unpacks_into_a_huge_one_is_a_413(sandbox):
    packed = gzip.compress(b" " * 50_000_000)
    ((status, _), *_) = sandbox.raw(request("Content-Encoding: gzip\r\n", packed))

    assert status == 413


def test_no_answer_echoes_what_was_sent(sandbox):
    markup = "<script>alert(1)</script>"
    answers = [
        sandbox.post(f"/{markup}", {}),
        sandbox.post(f"/v1/sessions/{markup}/messages", {"content": "x"}),
        sandbox.post("/v1/sessions", {**session_body(), "clientId": markup}),
        sandbox.post("/v1/sessions", {**session_body(), "source": [markup]}),
        sandbox.post("/v1/webhooks", {"url": markup, "event": "message"}),
        sandbox.post("/v1/webhooks", {"url": "http://127.0.0.1/", "event": markup}),
        sandbox.post("/v1/sessions", content=f'{{"{markup}'.encode()),
    ]

    assert all(answer.status_code >= 400 for answer in answers)
    assert not any("script" in answer.text for answer in answers)

"""The client against targets that behave well, badly, and not at all."""

import json
import threading
import time
from contextlib import contextmanager

import pytest

from harness.client import transport
from harness.client.source_system import SourceSystem
from harness.client.veil import Veiled
from harness.profile import Profile
from harness.secret import Secret
from tests.client.server import Server, response

KEY = "sk-live-8c1f77"


@contextmanager
def system(url, **changes):
    api = SourceSystem(Profile(url, "client-1", Secret(KEY), **changes))
    try:
        yield api
    finally:
        api.close()


def test_it_sends_the_documented_request_with_the_key():
    seen = []

    def behave(connection):
        seen.append(connection.request())
        connection.answer(response())

    with Server(behave) as server, system(server.url) as api:
        answer = api.send_message("s-1", "Hello ñ")

    [(first, headers, body)] = seen
    assert first == "POST /v1/sessions/s-1/messages HTTP/1.1"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == {"content": "Hello ñ"}
    assert (answer.status, answer.json, answer.request.operation) == (200, {"status": 200}, "sendMessage")


def test_a_connection_is_used_again():
    def behave(connection):
        while True:
            connection.request()
            connection.answer(response())

    with Server(behave) as server, system(server.url) as api:
        assert [api.register_webhook("http://x").status for _ in range(5)] == [200] * 5
        api.close()

    assert server.connections == 1


def test_a_connection_that_was_closed_while_idle_is_replaced_and_no_failure():
    def behave(connection):
        connection.request()
        connection.answer(response())

    with Server(behave) as server, system(server.url) as api:
        assert [api.register_webhook("http://x").status for _ in range(6)] == [200] * 6


def test_connections_that_are_closed_after_each_answer_without_a_word_are_no_failure():
    def behave(connection):
        connection.request()
        connection.answer(response())
        connection.close()

    with Server(behave) as server, system(server.url) as api:
        statuses = [api.register_webhook("http://x").status for _ in range(20)]

    assert statuses == [200] * 20


@pytest.mark.parametrize(
    "ending",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
    ],
    ids=["of old", "until the end", "without a word", "as told"],
)
def test_requests_in_turn_go_on_over_another_connection_where_the_target_ends_each(ending):
    def behave(connection):
        connection.request()
        connection.answer(ending)
        connection.close()

    with Server(behave) as server, system(server.url) as api:
        answers = api.raw_in_turn(*(api.made("/v1/webhooks", [("Content-Length", "2")], b"{}") for _ in range(3)))

    assert [(answer.status, answer.body) for answer in answers] == [(200, b"ok")] * 3
    assert server.connections == 3


def test_requests_in_turn_end_where_a_new_connection_brings_no_answer_either():
    def behave(connection):
        connection.request()
        connection.close()

    with Server(behave) as server, system(server.url) as api:
        [answer] = api.raw_in_turn(*(api.made("/v1/webhooks", [("Content-Length", "2")], b"{}") for _ in range(3)))

    assert answer.status is None
    assert "without a response" in (answer.failure or "") or "reset" in (answer.failure or "")


def test_a_request_that_makes_the_target_hang_up_is_sent_once_and_is_a_failure():
    seen = []

    def behave(connection):
        seen.append(connection.request())

    with Server(behave) as server, system(server.url) as api:
        answer = api.send_message("s-1", "Hello")

    assert len(seen) == 1
    assert answer.status is None
    assert "disconnected" in answer.failure
    assert answer.shown().startswith("no response: ")


@pytest.mark.parametrize("garbage", [b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"])
def test_an_answer_that_is_no_http_is_a_failure(garbage):
    def behave(connection):
        connection.request()
        connection.answer(garbage)

    with Server(behave) as server, system(server.url) as api:
        assert api.send_message("s-1", "Hello").status is None


def test_a_429_is_waited_out_as_told_and_all_of_them_are_seen():
    times, seen = [], []

    def behave(connection):
        while True:
            connection.request()
            times.append(time.monotonic())
            limited = len(times) == 1
            connection.answer(
                response("429 Too Many Requests", b'{"status": 429}', b"Retry-After: 1") if limited else response()
            )

    with Server(behave) as server, system(server.url) as api:
        api.observe(lambda answer: seen.append(answer.status))
        assert api.send_message("s-1", "Hello").status == 200
        api.close()

    assert seen == [429, 200]
    assert times[1] - times[0] >= 1.0


def test_a_hurried_request_takes_the_429_as_its_answer():
    def behave(connection):
        while True:
            connection.request()
            connection.answer(response("429 Too Many Requests", b'{"status": 429}', b"Retry-After: 30"))

    with Server(behave) as server, system(server.url) as api:
        assert [api.send_message("s-1", "Hello", hurried=True).status for _ in range(3)] == [429] * 3
        api.close()


def test_the_ceiling_holds_for_all_threads_together():
    times = []

    def behave(connection):
        while True:
            connection.request()
            times.append(time.monotonic())
            connection.answer(response())

    with Server(behave) as server, system(server.url, max_rate=20.0) as api:
        threads = [threading.Thread(target=api.send_message, args=("s", "x")) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        api.close()

    assert len(times) == 10
    assert max(times) - min(times) >= 0.8 * 9 / 20


def test_no_cookie_is_kept_and_no_redirect_followed():
    seen = []

    def behave(connection):
        while True:
            seen.append(connection.request())
            connection.answer(response("302 Found", b"{}", b"Location: /elsewhere", b"Set-Cookie: a=b"))

    with Server(behave) as server, system(server.url) as api:
        assert api.send_message("s-1", "one").status == 302
        assert api.send_message("s-1", "two").status == 302
        api.close()

    assert all("cookie" not in headers and "elsewhere" not in first for first, headers, _ in seen)


def test_the_key_is_in_nothing_that_is_shown_even_where_the_target_echoes_it():
    def behave(connection):
        _, headers, _ = connection.request()
        connection.answer(response("401 Unauthorized", json.dumps({"saw": headers["authorization"]}).encode()))

    with Server(behave) as server, system(server.url) as api:
        echoed = api.send_message("s-1", f"my key is {KEY}")
    with Server(lambda connection: None) as server, system(server.url) as api:
        near = api.send_message("s-1", "x", key=Veiled(f"Bearer {KEY[:-1]}", "Bearer ${HARNESS_API_KEY%?}"))

    for text in (echoed.curl(), echoed.shown(), repr(echoed.request), near.curl(), near.shown(), repr(near.request)):
        assert KEY not in text
        assert KEY[:-1] not in text
    assert '"Authorization: Bearer $HARNESS_API_KEY"' in echoed.curl()
    assert '"Authorization: Bearer ${HARNESS_API_KEY%?}"' in near.curl()


def test_raw_pieces_go_out_as_they_are_and_what_follows_the_answer_is_seen():
    seen = []

    def behave(connection):
        seen.append(connection.sock.recv(65536))
        seen.append(connection.sock.recv(65536))
        connection.answer(response() + b"HTTP/1.1 200 OK\r\n")

    with Server(behave) as server, system(server.url) as api:
        request = api.made("/v1/%00", [("X-Odd", "1")], b"")
        answer = api.raw(request, [b"POST /v1/%00 HTTP/1.1\r\n", b"HOST: a\r\nx-ODD: 1\r\n\r\n"])

    assert seen == [b"POST /v1/%00 HTTP/1.1\r\n", b"HOST: a\r\nx-ODD: 1\r\n\r\n"]
    assert (answer.status, answer.trailing) == (200, b"HTTP/1.1 200 OK\r\n")


def test_a_target_that_stays_silent_is_waited_for_less_and_less_until_it_answers(monkeypatch):
    monkeypatch.setattr(transport, "PATIENCE", ((0, 0.4), (2, 0.1)))
    answering = threading.Event()

    def behave(connection):
        connection.request()
        answering.wait(0 if answering.is_set() else 5)
        connection.answer(response())

    with Server(behave) as server, system(server.url) as api:
        silent = [api.send_message("s", "Hello").failure for _ in range(3)]
        answering.set()
        answered = api.send_message("s", "Hello").status

    assert silent == ["no answer within 0.4 s", "no answer within 0.4 s", "no answer within 0.1 s"]
    assert answered == 200


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"], ids=["head", "content"])
def test_an_answer_that_trickles_has_an_end_from_its_first_byte_on(monkeypatch, head):
    monkeypatch.setattr(transport, "WHOLE_S", 0.4)

    def behave(connection):
        connection.request()
        connection.answer(head)
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
            connection.answer(bytes([byte]))
            time.sleep(0.02)  # the pace is what the test is about

    with Server(behave) as server, system(server.url) as api:
        answer = api.send_message("s", "Hello")

    assert answer.status is None
    assert answer.failure.startswith("the response had not ended after 0.4")
    assert (answer.head.status if answer.head else None) == (200 if head else None)

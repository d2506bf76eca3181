"""Who may call the sink, in which forms of HTTP, and what the others get."""

import socket

import pytest

from tests.sink.wire import answers, call, connect, event, exchange, request, until


def test_a_call_is_answered_as_the_document_asks(sink, journal):
    assert exchange(sink.url, request(sink.url, event())) == [(200, b'{"status": 200}')]

    sink.stop()

    [arrival] = journal.arrivals
    assert (arrival.session, arrival.user, arrival.participant) == ("s1", "u1", "bot")
    assert (arrival.problems, arrival.status, arrival.content_type) == ((), 200, "application/json")


@pytest.mark.parametrize("target", ["/", "/wrong", "/{token}x", "/{token}/", "//{token}", "/{token}?a=1", "/{short}"])
def test_a_path_that_is_not_exactly_the_registered_one_is_not_found(sink, journal, target):
    token = sink.url.rpartition("/")[2]
    path = target.format(token=token, short=token[:-1])

    [(status, body)] = exchange(sink.url, request(sink.url, event(), target=path))

    assert (status, body) == (404, b"404\n")
    sink.stop()
    assert (journal.arrivals, journal.gauge("rejected.token")) == ([], [1])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_another_method_is_not_allowed(sink, journal, method):
    [(status, _)] = exchange(sink.url, request(sink.url, method=method))

    assert status == 405
    sink.stop()
    assert (journal.arrivals, journal.gauge("rejected.method")) == ([], [1])


def test_a_wrong_token_tells_nothing_about_the_method(sink):
    assert exchange(sink.url, request(sink.url, method="PUT", target="/wrong"))[0][0] == 404


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(launch, journal):
    sink = launch({"body": 1000})

    assert exchange(sink.url, request(sink.url, Content_Length="1001"))[0][0] == 413

    sink.stop()
    assert (journal.arrivals, journal.gauge("rejected.size")) == ([], [1])


def test_a_chunked_body_that_grows_too_large_is_refused(launch, journal):
    sink = launch({"body": 1000})
    chunks = b"190\r\n" + b"x" * 400 + b"\r\n"

    [(status, _)] = exchange(sink.url, request(sink.url, chunks * 3 + b"0\r\n\r\n", Transfer_Encoding="chunked"))

    assert status == 413
    sink.stop()
    assert (journal.arrivals, journal.gauge("rejected.size")) == ([], [1])


def test_a_body_of_just_the_limit_is_taken(launch, journal):
    sink = launch({"body": 1000})
    body = event(content="x" * (1000 - len(event(content=""))))
    assert len(body) == 1000

    assert call(sink.url, body) == 200


def test_a_chunked_body_is_taken_whole(sink, journal):
    body = event("chunked")
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(body[i : i + 7]), body[i : i + 7]) for i in range(0, len(body), 7))

    assert call(sink.url, chunks + b"0\r\n\r\n", Transfer_Encoding="chunked") == 200

    sink.stop()
    assert [arrival.body.encode() for arrival in journal.arrivals] == [body]


def test_a_sender_that_asks_before_it_sends_is_told_to_go_on(sink, journal):
    head = request(sink.url, Expect="100-continue", Content_Length=str(len(event())))
    with connect(sink.url) as connection:
        connection.sendall(head)
        assert answers(connection) == [(100, b"")]
        connection.sendall(event())
        assert answers(connection) == [(200, b'{"status": 200}')]

    sink.stop()
    assert len(journal.arrivals) == 1


def test_a_sender_that_asks_before_it_sends_too_much_is_refused_instead(launch):
    sink = launch({"body": 1000})

    assert exchange(sink.url, request(sink.url, Expect="100-continue", Content_Length="5000"))[0][0] == 413


def test_pipelined_calls_are_each_taken_once_and_in_order(sink, journal):
    calls = b"".join(request(sink.url, event(f"p{n}")) for n in range(50))

    assert [status for status, _ in exchange(sink.url, calls, 50)] == [200] * 50

    sink.stop()
    assert [arrival.session for arrival in journal.arrivals] == [f"p{n}" for n in range(50)]


def test_a_call_split_over_many_packets_is_taken_whole(sink, journal):
    with connect(sink.url) as connection:
        for byte in request(sink.url, event("split")):
            connection.sendall(bytes([byte]))
        assert answers(connection)[0][0] == 200

    sink.stop()
    assert [arrival.session for arrival in journal.arrivals] == ["split"]


def test_the_absolute_form_of_the_target_is_taken(sink):
    assert exchange(sink.url, request(sink.url, event(), target=sink.url))[0][0] == 200


def test_an_offer_to_speak_http_2_is_passed_over(sink, journal):
    upgrade = {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings", "HTTP2_Settings": "AAMAAABkAAQAAP__"}

    assert call(sink.url, event("java"), **upgrade) == 200

    sink.stop()
    assert [arrival.session for arrival in journal.arrivals] == ["java"]


def test_a_public_url_is_what_is_registered_and_its_path_is_known(launch):
    sink = launch(public_url="https://hooks.example.org/in/")
    token = sink.url.removeprefix("https://hooks.example.org/in/")

    assert len(token) >= 32
    for path in (f"/in/{token}", f"/{token}"):  # as a proxy hands it on, or takes its own part off
        assert exchange(sink.local_url, request(sink.local_url, event(), target=path))[0][0] == 200


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03secret-marker\r\n\r\n",
        b"secret-marker\r\n\r\n",
        b"POST /secret-marker HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: secret-marker\r\n\r\n",
        b"POST / HTTP/1.1\r\nsecret-marker: " + b"x" * 100_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nsecret-marker",
    ],
    ids=["tls", "words", "version", "length", "header", "smuggling"],
)
def test_garbage_gets_a_plain_400_that_echoes_nothing(sink, journal, garbage):
    [(status, body)] = exchange(sink.url, garbage)

    assert (status, body) == (400, b"400\n")
    until(lambda: journal.gauge("rejected.framing") == [1])
    assert b"secret-marker" not in journal.path.read_bytes()
    assert "secret-marker" not in sink.child.last_words
    assert call(sink.url) == 200


def test_a_chunked_body_that_is_garbled_is_refused(sink, journal):
    bad = request(sink.url, b"5\r\nhello\r\nzz\r\n", Transfer_Encoding="chunked")

    assert exchange(sink.url, bad)[0][0] == 400

    sink.stop()
    assert journal.arrivals == []
    assert journal.gauge("rejected.framing") + journal.gauge("rejected.cut_short") == [1]


@pytest.mark.parametrize("parts", [1, 2])
def test_a_sender_that_only_stops_sending_still_gets_its_answer_and_then_the_end(sink, journal, parts):
    call_bytes = request(sink.url, event())
    with connect(sink.url) as connection:
        for part in (call_bytes[: len(call_bytes) // parts], call_bytes[len(call_bytes) // parts :]):
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        assert answers(connection, 2) == [(200, b'{"status": 200}')]

    until(lambda: sink.status()["connections"] == 0)
    sink.stop()
    assert len(journal.arrivals) == 1


def test_a_sender_that_hangs_up_in_the_middle_is_counted_and_not_journaled(sink, journal):
    with connect(sink.url) as connection:
        connection.sendall(request(sink.url, event())[:-5])

    until(lambda: sink.status()["rejected"] == {"cut_short": 1})
    assert journal.arrivals == []

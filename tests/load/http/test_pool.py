"""Exchanges over connections that customers share: one at a time each, sent once, and given back whatever happens."""

import gc
import os
import resource
import socket
import threading
import time
from typing import Any

import gevent
import psutil
import pytest
from gevent.event import Event as Signal
from hypothesis import given
from hypothesis import strategies as st

from harness.load.http import connection as timing
from harness.load.http import dialler
from harness.load.http.dialler import Dialler
from harness.load.http.failure import TOO_LARGE, reason_of
from harness.load.http.pool import Pool
from harness.load.http.requests import Requests
from harness.profile import resolve
from tests.load.http.servers import (
    ANSWER,
    Server,
    closes_after,
    never_ends,
    resets,
    sends,
    server,
    stays_silent,
)

# More than the buffers of two sockets hold.
LARGE = 32 << 20
CLOSED = "the connection was closed before an answer came"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "EXCHANGE_S", 0.5)


def pool_for(where: Server, size: int = 1) -> Pool:
    return Pool(Dialler(where.url), size)


def post(pool: Pool, body: str = "hello") -> int | str:
    """The status of the answer, or why there is none."""
    profile = resolve({"base_url": "http://127.0.0.1:1", "client_id": "c"}, {"HARNESS_API_KEY": "a-key-of-ours"}, {})
    lease = pool.lease(Signal())
    assert lease is not None
    try:
        return lease.exchange(Requests(profile).post("/v1/x", {"content": body})).status
    except Exception as error:
        return reason_of(error)
    finally:
        lease.give_back()


def test_exchanges_share_one_connection_that_is_kept():
    with server(sends(ANSWER)) as where:
        pool = pool_for(where)
        statuses = [post(pool) for _ in range(50)]

    assert statuses == [200] * 50
    assert (len(where.requests), where.connections) == (50, 1)


def test_a_request_goes_out_as_it_should():
    with server(sends(ANSWER)) as where:
        post(pool_for(where), "Grüße, 李 😀\n")

    head, _, body = where.requests[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /v1/x HTTP/1.1"
    assert {line.partition(b": ")[0] for line in head.split(b"\r\n")[1:]} == {
        *(b"Host", b"User-Agent", b"Authorization", b"Accept-Encoding", b"Content-Type", b"Content-Length")
    }
    assert b"Authorization: Bearer a-key-of-ours" in head
    assert body == '{"content": "Grüße, 李 😀\\n"}'.encode()


@pytest.mark.parametrize(
    ("reaction", "outcome"),
    [
        (sends(b"HTTP/1.1 100 Continue\r\n\r\n", ANSWER), 200),
        (sends(*(bytes([byte]) for byte in ANSWER)), 200),
        (closes_after(b"HTTP/1.1 503 No\r\n\r\nbusy"), 503),
        (closes_after(), CLOSED),
        (closes_after(ANSWER[:-1]), "the answer was cut short"),
        (resets, CLOSED),
        (sends(b"SSH-2.0-x\r\n"), "the answer is no HTTP"),
        (never_ends, TOO_LARGE),
        (stays_silent, "no answer in time"),
        (lambda peer: [peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n") or time.sleep(0.05) for _ in range(200)], None),
    ],
    ids=["1xx", "byte by byte", "until close", "close", "cut", "reset", "no HTTP", "endless", "silent", "trickle"],
)
@pytest.mark.usefixtures("impatient")
def test_whatever_a_server_does_is_one_outcome_and_the_next_exchange_is_whole(reaction, outcome):
    with server(reaction, sends(ANSWER)) as where:
        pool = pool_for(where)
        assert post(pool) == (outcome or "no answer in time")
        assert post(pool) == 200

    assert len(where.requests) == 2


def test_a_connection_that_the_server_closed_meanwhile_is_not_sent_to():
    with server(closes_after(ANSWER), sends(ANSWER)) as where:
        pool = pool_for(where)
        assert post(pool) == 200
        gevent.sleep(0.2)  # the close travels
        assert post(pool) == 200

    assert (len(where.requests), where.connections) == (2, 2)


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_comes_while_the_request_is_still_on_its_way_is_its_answer():
    read = []

    def serve() -> None:
        peer = listener.accept()[0]
        peer.sendall(ANSWER)
        time.sleep(0.1)  # the sender's buffer is full by then, and it waits
        while sum(read) < LARGE:
            read.append(len(peer.recv(1 << 20)))
        peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        reader = threading.Thread(target=serve, daemon=True)
        reader.start()
        assert post(pool_for(Server(listener.getsockname()[1])), "x" * LARGE) == 200
        reader.join(5)

    assert sum(read) >= LARGE


def test_bytes_that_nobody_asked_for_are_not_the_next_answer():
    with server(sends(ANSWER + ANSWER.replace(b"200 OK", b"500 No")), sends(ANSWER)) as where:
        pool = pool_for(where)
        assert [post(pool) for _ in range(3)] == [200, 200, 200]

    assert where.connections == 2


@given(st.text())
def test_a_message_is_the_same_request_either_way(content):
    profile = resolve({"base_url": "http://127.0.0.1:1", "client_id": "c"}, {"HARNESS_API_KEY": "a-key-of-ours"}, {})
    requests = Requests(profile)
    content = content.encode("utf-8", "replace").decode()

    assert requests.message("/v1/x", content) == requests.post("/v1/x", {"content": content})


def test_nobody_listening_and_no_such_name_are_told_apart(unused_port: int):
    assert post(pool_for(Server(unused_port))) == "the connection was refused"
    nowhere = Pool(Dialler("http://no-such-host.invalid"), 1)
    assert post(nowhere) == "the host's name does not resolve"


def test_who_ran_out_of_descriptors_does_not_blame_the_target():
    with server(sends(ANSWER)) as where:
        pool = pool_for(where)
        gevent.get_hub()  # it needs descriptors of its own, and may be the first that this process asks for
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        held = [os.open(os.devnull, os.O_RDONLY) for _ in range(20)]
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(held) + 1, hard))
        try:
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            outcome = post(pool)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for each in held:
                os.close(each)

    assert outcome == "this machine ran out of open files"


def test_a_handshake_that_never_ends_is_no_connection(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dialler, "CONNECT_S", 0.3)
    with server(stays_silent) as where:
        pool = Pool(Dialler(where.url.replace("http", "https")), 1)
        assert post(pool) == "no connection in time"


def test_a_name_that_no_longer_resolves_is_where_it_was(monkeypatch: pytest.MonkeyPatch):
    resolve_it = dialler.socket.getaddrinfo

    def resolved(host: str, *rest: Any, **more: Any) -> Any:
        if host == "localhost":
            raise socket.gaierror("no such name")
        return resolve_it(host, *rest, **more)

    with server(sends(ANSWER.replace(b"Content-Type", b"Connection: close\r\nContent-Type"))) as where:
        pool = Pool(Dialler(where.url.replace("127.0.0.1", "localhost")), 1)
        assert post(pool) == 200
        monkeypatch.setattr(dialler, "RESOLVED_NS", -1)
        monkeypatch.setattr(dialler.socket, "getaddrinfo", resolved)
        assert post(pool) == 200

    assert where.connections == 2


def test_no_more_exchanges_than_connections_are_under_way_and_the_first_to_come_goes_first():
    arrived: list[int] = []
    lock, under_way = threading.Lock(), [0, 0]

    def react(peer) -> None:
        with lock:
            under_way[0] += 1
            under_way[1] = max(under_way)
        time.sleep(0.01)
        with lock:
            under_way[0] -= 1
        peer.sendall(ANSWER)

    def customer(number: int) -> None:
        lease = pool.lease(Signal())
        assert lease is not None
        arrived.append(number)
        try:
            lease.exchange(b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        finally:
            lease.give_back()

    with server(react) as where:
        pool = pool_for(where, 3)
        gevent.joinall([gevent.spawn(customer, number) for number in range(30)], raise_error=True)

    assert under_way[1] <= 3
    assert arrived == list(range(30))
    assert where.connections == 3


def test_who_leaves_the_line_or_is_killed_in_it_takes_no_place_with_him():
    with server(sends(ANSWER)) as where:
        pool = pool_for(where)
        held, leaving = pool.lease(Signal()), Signal()
        assert held is not None
        leaver, killed = gevent.spawn(pool.lease, leaving), gevent.spawn(pool.lease, Signal())
        waits = gevent.spawn(pool.lease, Signal())
        gevent.idle()
        leaving.set()
        killed.kill()
        assert leaver.get(timeout=5) is None
        held.give_back()
        lease = waits.get(timeout=5)
        assert lease is not None
        assert lease.queued
        lease.give_back()
        assert post(pool) == 200


def test_who_is_killed_in_an_exchange_leaves_no_half_answer_to_the_next():
    with server(stays_silent, sends(ANSWER)) as where:
        pool = pool_for(where)
        first = gevent.spawn(post, pool)
        while not where.requests:
            gevent.sleep(0.01)
        first.kill()
        assert post(pool) == 200


def test_a_thousand_exchanges_that_fail_leave_no_descriptor_open():
    with server(resets) as where:
        pool = pool_for(where, 10)
        post(pool)
        gc.collect()
        before = psutil.Process().num_fds()
        for _ in range(100):
            gevent.joinall([gevent.spawn(post, pool) for _ in range(10)])
        gc.collect()
        assert psutil.Process().num_fds() <= before + 20  # the server's own threads come and go


def test_an_idle_connection_is_closed_before_the_server_may_close_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timing, "IDLE_S", 0.1)
    with server(sends(ANSWER)) as where:
        pool = pool_for(where)
        post(pool)
        (opened,) = pool.dialler._open
        while pool.dialler._open:
            gevent.sleep(0.01)
        assert not opened.usable()
        assert post(pool) == 200

    assert where.connections == 2


def test_the_key_is_in_no_error_and_no_text_of_what_carries_it():
    key = "a-key-that-nobody-may-see"
    profile = resolve({"base_url": "http://127.0.0.1:1", "client_id": "c"}, {"HARNESS_API_KEY": key}, {})
    requests = Requests(profile)
    with server(resets) as where:
        pool = pool_for(where)
        told = [repr(requests), str(requests), repr(pool), repr(pool.lease(Signal()))]

    assert key.encode() in requests.post("/v1/x", {})
    assert not [text for text in told if key in text]

"""What is lent is lent to one thread alone, and what lies idle is closed."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from httpcore._sync.connection import HTTPConnection

from harness.client import deadline
from harness.client.clients import Clients
from harness.client.source_system import SourceSystem
from harness.profile import Profile
from harness.secret import Secret
from tests.client.server import Server, response


def clients(idle_s=60.0, most=4):
    return Clients(lambda: httpx.Client(trust_env=False), idle_s, most)


def test_two_never_have_the_same_at_once_and_the_last_one_is_lent_again():
    lending = clients()
    with lending.lent() as one, lending.lent() as other:
        assert one is not other
    with lending.lent() as again:
        assert again is one
    lending.close()


def test_what_lay_idle_for_too_long_is_closed(monkeypatch):
    lending = clients(idle_s=2.0)
    with lending.lent() as old:
        pass
    later = time.monotonic() + 2.5
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with lending.lent() as new:
        assert new is not old
        assert old.is_closed
    lending.close()


def test_no_more_than_so_many_lie_idle():
    lending = clients(most=2)
    lent = [lending.lent() for _ in range(3)]
    all_of_them = [each.__enter__() for each in lent]
    for each in lent:
        each.__exit__(None, None, None)
    assert [each.is_closed for each in all_of_them] == [True, False, False]
    lending.close()
    assert all(each.is_closed for each in all_of_them)


def test_what_is_under_way_when_all_are_closed_is_closed_when_it_is_given_back():
    lending = clients()
    with lending.lent() as client:
        lending.close()
        assert not client.is_closed
    assert client.is_closed


def test_no_connection_is_closed_under_an_exchange_of_another_thread(monkeypatch: pytest.MonkeyPatch):
    """The unluckiest order: one thread has been given a connection and has not yet begun, another looks at whether that
    was closed, and goes on when the answer of the first is there, which has not read it yet."""
    given, looking, answered, looked = (threading.Event() for _ in range(4))
    begun, readable, read = HTTPConnection.handle_request, deadline._Stream.get_extra_info, deadline._Stream.read

    def begins(connection, request):
        if threading.current_thread().name == "begins":
            given.set()
            looking.wait(1)
        return begun(connection, request)

    def looks(stream, info):
        if info == "is_readable" and threading.current_thread().name == "looks":
            looking.set()
            answered.wait(1)
            threading.Timer(0.1, looked.set).start()
        return readable(stream, info)

    def reads(stream, *args, **options):
        if threading.current_thread().name == "begins":
            looked.wait(1)
        return read(stream, *args, **options)

    def behave(connection):
        while True:
            connection.request()
            connection.answer(response())
            answered.set()

    answers = []
    with Server(behave) as server:
        api = SourceSystem(Profile(server.url, "client-1", Secret("a-key")), resends=False)
        assert api.register_webhook("http://x").status == 200  # its connection lies idle now
        answered.clear()
        monkeypatch.setattr(HTTPConnection, "handle_request", begins)
        monkeypatch.setattr(deadline._Stream, "get_extra_info", looks)
        monkeypatch.setattr(deadline._Stream, "read", reads)
        threads = [
            threading.Thread(target=lambda: answers.append(api.register_webhook("http://x")), name=name, daemon=True)
            for name in ("begins", "looks")
        ]
        threads[0].start()
        assert given.wait(5)
        threads[1].start()
        for thread in threads:
            thread.join(10)
        api.close()
    assert [(each.status, each.failure) for each in answers] == [(200, None)] * 2


def test_many_threads_use_a_client_each():
    lending, together = clients(most=40), threading.Barrier(16)

    def lend(_):
        with lending.lent() as client:
            together.wait(10)
            return id(client)

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(lend, range(16)))) == 16
    lending.close()

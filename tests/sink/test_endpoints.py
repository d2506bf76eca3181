"""Further URLs of the sink: opened while it runs, each exactly, and told apart in the feed and in the journal."""

import pytest

from harness.errors import UsageError
from harness.sink.client import SinkClient
from harness.sink.endpoints import MOST, Endpoints
from harness.sink.faults import Fault
from harness.sink.feed import Feed
from harness.sink.inbox import Inbox
from tests.sink.wire import call, connect, event, exchange, request


def target_of(url):
    return "/" + url.split("/", 3)[3]


@pytest.fixture
def client(sink):
    return SinkClient(sink.feed)


@pytest.mark.parametrize("suffix", ["", "/Deep/Path/", "?a=1&b=%2F", "/x?y=%7E&&=", "//", "?"])
def test_a_url_that_was_opened_takes_calls_under_its_name(sink, client, journal, suffix):
    url = client.open("moved", suffix)

    assert url.endswith(suffix)
    assert call(sink.url, event("at home")) == 200
    assert exchange(url, request(url, event("away"), target=target_of(url)))[0][0] == 200

    sink.stop()
    assert [(arrival.session, arrival.endpoint) for arrival in journal.arrivals] == [("at home", ""), ("away", "moved")]


@pytest.mark.parametrize("target", ["{0}", "{0}/Deep", "{0}/Deep/?a=1", "{0}/deep/", "{0}/Deep//", "{0}/%44eep/"])
def test_another_spelling_of_it_is_turned_away(sink, client, target):
    url = client.open("moved", "/Deep/")
    base = "/" + url.split("/")[3]

    assert exchange(url, request(url, event(), target=target.format(base)))[0][0] == 404
    assert (sink.status()["rejected"], sink.status()["received"]) == ({"token": 1}, 0)


def test_another_method_on_it_is_told_apart_from_a_url_that_is_unknown(sink, client):
    url = client.open("moved")

    assert exchange(url, request(url, method="GET"))[0][0] == 405
    assert sink.status()["rejected"] == {"method": 1}


def test_it_lies_under_the_public_url_and_is_known_with_and_without_its_path(launch):
    sink = launch(public_url="https://hooks.example.org/in/")
    url = SinkClient(sink.feed).open("moved", "?a=1")
    path = url.removeprefix("https://hooks.example.org/in")

    assert path.startswith("/")
    for target in (f"/in{path}", path):
        assert exchange(sink.local_url, request(sink.local_url, event(), target=target))[0][0] == 200


def test_no_url_can_be_guessed_from_another(sink, client):
    tokens = {url.rpartition("/")[2] for url in (sink.url, client.open("one"), client.open("two"))}

    assert len(tokens) == 3
    assert all(len(token) >= 32 for token in tokens)


def test_the_same_name_gives_the_same_url_again_and_never_another_one(client):
    assert client.open("moved", "/a") == client.open("moved", "/a")
    with pytest.raises(UsageError, match="with another suffix"):
        client.open("moved", "/b")


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb", 5, None])
def test_a_name_that_cannot_be_is_refused_in_words(client, name):
    with pytest.raises(UsageError, match="an endpoint's name takes"):
        client.open(name)


@pytest.mark.parametrize("suffix", ["x", "/a b", "/#x", "/ä", "/a\r\nb", "/" + "x" * 1024, 5, None])
def test_a_suffix_that_cannot_be_is_refused_in_words(client, suffix):
    with pytest.raises(UsageError, match="an endpoint's suffix"):
        client.open("moved", suffix)


def test_endpoints_do_not_pile_up_without_end():
    endpoints = Endpoints()
    opened = [endpoints.open(f"n{number}") for number in range(MOST)]

    with pytest.raises(UsageError, match="are open already"):
        endpoints.open("one too many")
    assert endpoints.open("n0") == opened[0]
    assert endpoints.name_of(opened[-1].encode()) == f"n{MOST - 1}"


def test_a_waiter_may_ask_for_one_endpoint_only(sink, client):
    url = client.open("moved")
    with Inbox(Feed(sink.feed)) as inbox:
        mark = inbox.mark()
        call(sink.url, event("mine", "at home"))
        call(url, event("mine", "away"))

        [away] = inbox.wait("mine", endpoint="moved")
        [home] = inbox.wait("mine", endpoint="")

        assert ("away" in away.body, "at home" in home.body) == (True, True)
        assert inbox.wait("mine", 2, timeout=0) == inbox.arrivals("mine") == [home, away]
        assert inbox.arrivals("mine", endpoint="moved") == inbox.all_since(mark, endpoint="moved") == [away]
        assert inbox.wait("mine", 2, timeout=0.1, endpoint="moved") == [away]


def test_a_fault_may_be_for_one_endpoint_only(sink, client):
    url = client.open("moved")
    sink.fault(Fault(session="s1", status=500, endpoint="moved"))
    sink.fault(Fault(status=503, endpoint="moved"))

    assert [call(sink.url, event("s1")), call(url, event("s0")), call(url, event("s1")), call(url, event("s1"))] == [
        200,
        503,
        500,
        200,
    ]


def test_a_redirect_leads_where_it_was_told_to(sink, client):
    url = client.open("moved")
    sink.fault(Fault(session="s1", status=307, location=url))
    sink.fault(Fault(session="s2", status=204))

    with connect(sink.url) as connection:
        connection.sendall(request(sink.url, event("s1"), Connection="close"))
        said = b"".join(iter(lambda: connection.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 307 ")
    assert f"Location: {url}\r\n".encode() in said
    assert exchange(sink.url, request(sink.url, event("s2")))[0] == (204, b"")

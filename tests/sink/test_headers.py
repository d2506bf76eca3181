"""Headers are kept where the sink was told to keep them, and of what may be a secret its looks alone."""

import pytest

from harness.secret import Redactor, Secret
from harness.sink.feed import Feed
from harness.sink.headers import LONGEST_VALUE, MOST, Keeper
from harness.sink.inbox import Inbox
from tests.sink.wire import call, event, exchange, request

KEY = "sk-live-one-1"


@pytest.fixture
def keeper():
    return Keeper(Redactor(Secret(KEY)))


def test_each_arrival_tells_who_sent_it_and_how(launch, journal):
    sink = launch(keep_headers=True)

    assert call(sink.url, event(), User_Agent="sender/1", X_Attempt="2") == 200
    assert exchange(sink.url, request(sink.url, event()).replace(b"HTTP/1.1", b"HTTP/1.0"))[0][0] == 200

    sink.stop()
    first, second = journal.arrivals
    assert (first.peer, first.key_in) == ("127.0.0.1", ())
    assert first.headers == {
        ":version": "HTTP/1.1",
        "host": sink.url.split("/")[2],
        "content-type": "application/json",
        "content-length": str(len(event())),
        "user-agent": "sender/1",
        "x-attempt": "2",
    }
    assert second.headers[":version"] == "HTTP/1.0"


def test_nothing_of_it_is_kept_unless_the_sink_was_told_to(sink, journal):
    assert call(sink.url, event(), User_Agent="sender/1") == 200

    sink.stop()
    [arrival] = journal.arrivals
    assert (arrival.headers, arrival.peer, arrival.key_in) == (None, None, ())
    assert "sender/1" not in journal.path.read_text()


def test_our_own_key_in_a_header_is_told_by_the_headers_name_and_never_shown(launch, journal):
    sink = launch(keep_headers=True, secrets=(Secret(KEY),))
    with Inbox(Feed(sink.feed)) as inbox:
        call(sink.url, event("mine"), Authorization=f"Bearer {KEY}", User_Agent=f"a {KEY}", X_Other="harmless")
        [heard] = inbox.wait("mine")
    sink.stop()

    [written] = journal.arrivals
    assert set(heard.key_in) == {"authorization", "user-agent"}
    assert heard.headers["user-agent"] == "a [secret]"
    assert heard == written
    assert KEY not in journal.path.read_text()
    assert KEY not in str(heard)


@pytest.mark.parametrize(
    ("name", "value", "looks"),
    [
        ("Authorization", "Bearer their-own-secret", "Bearer [16 characters, "),
        ("Authorization", "their-own-secret", "[16 characters, "),
        ("Cookie", "sid=their-own-secret", "[20 characters, "),
        ("X-Hub-Signature-256", "sha256=0123abcd", "sha256=[8 characters, "),
        ("X-Anything", "their own secret", "[16 characters, "),
        ("X-Pin", "123456", "[6 characters, "),
        ("X-Number", "12345678901", "[11 characters, "),
    ],
)
def test_a_value_that_may_be_a_secret_is_kept_by_its_looks_alone(keeper, name, value, looks):
    [(known, kept)] = keeper.keep([(name, value)]).headers.items()

    assert known == name.lower()
    assert kept.startswith(looks)
    assert value.rpartition(" ")[2].rpartition("=")[2] not in kept


def test_a_fingerprint_tells_same_from_different_and_dies_with_its_sink(keeper):
    def kept(keeper, value):
        return keeper.keep([("X-Signature", value)]).headers["x-signature"]

    assert kept(keeper, "one") == kept(keeper, "one") != kept(keeper, "two")
    assert kept(keeper, "one") != kept(Keeper(Redactor()), "one")


def test_a_name_that_comes_twice_is_kept_once_with_both_values(keeper):
    assert keeper.keep([("Via", "a"), ("VIA", "b")]).headers == {"via": "a, b"}


def test_what_is_kept_is_bounded_in_count_and_size(keeper):
    given = [(f"X-{number}-{'n' * 100}", "v") for number in range(100)]

    kept = keeper.keep([("User-Agent", "x" * 10_000), *given])

    assert len(kept.headers) == MOST
    assert len(kept.headers["user-agent"]) == LONGEST_VALUE
    assert max(map(len, kept.headers)) <= 64


def test_a_key_beyond_the_bounds_is_still_noticed(keeper):
    many = [(f"X-{number}", "v") for number in range(100)]

    assert keeper.keep([*many, ("X-Last", KEY)]).key_in == ("x-last",)
    assert keeper.keep([("User-Agent", "x" * 10_000 + KEY)]).key_in == ("user-agent",)

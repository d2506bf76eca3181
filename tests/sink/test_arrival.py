"""What the sink makes of a body: the contract's objections, and the bytes themselves, whatever they are."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.assets import asset
from harness.contract import Contract
from harness.journal import decode, encode
from harness.secret import Redactor, Secret
from harness.sink.arrival import Delivery, examine
from tests.sink.wire import call, event

CONTRACT = Contract(asset("openapi.yaml").read_text(encoding="utf-8"))
NAMES = st.sampled_from(["event", "data", "sessionId", "userId", "content", "participantType"]) | st.text()
LEAVES = st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(st.characters())
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5))


@pytest.fixture
def contract() -> Contract:
    return CONTRACT


def examined(contract: Contract, body: bytes, kept: int = 16384):
    return examine(Delivery(1, 2, body, None), contract, kept)


def test_a_secret_across_the_cut_is_taken_out_before_the_cut(contract):
    body = event(content="x" * 100 + "sk-very-secret")
    middle = body.index(b"sk-very-secret") + 8

    arrival = examine(Delivery(1, 2, body, None), contract, middle, Redactor(Secret("sk-very-secret")).clean)

    assert arrival.body is not None
    assert "sk-" not in arrival.body
    assert len(arrival.body) <= middle


@pytest.mark.parametrize("before", range(240, 320, 7))
@pytest.mark.parametrize("form", [b"%b%b", b"\xff%b%b", b'{"event": "message", "data": "%b%b"}'])
def test_a_secret_across_the_cut_of_an_objection_is_taken_out_before_the_cut(before, form):
    clean = Redactor(Secret("sk-very-secret")).clean
    contract = Contract(asset("openapi.yaml").read_text(encoding="utf-8"), clean)

    arrival = examine(Delivery(1, 2, form % (b"x" * before, b"sk-very-secret"), None), contract, 10, clean)

    assert arrival.problems
    assert "sk-" not in str(arrival.problems)


def test_the_digest_names_the_whole_body_also_where_only_its_start_is_kept(contract):
    body = event(content="x" * 100)

    arrival = examined(contract, body, kept=20)

    assert arrival.body == body[:20].decode()
    assert arrival.digest == hashlib.blake2b(body, digest_size=16).hexdigest()
    assert arrival.problems == ()


@pytest.mark.parametrize(
    ("body", "objection"),
    [
        (b"", "the body is empty"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"{'event': 1}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "object"),
        (b"{}", "event"),
        (event(participantType="robot"), "participantType"),
        (event(content=7), "content"),
        (event(userId=None), "userId"),
    ],
)
def test_a_body_off_the_contract_is_kept_with_the_objection(contract, body, objection):
    arrival = examined(contract, body)

    assert objection in "; ".join(arrival.problems)
    assert arrival.body is not None
    assert arrival.body.encode("utf-8", "surrogateescape") == body[:16384]


def test_ids_are_taken_only_where_they_are_texts(contract):
    arrival = examined(contract, event(sessionId=5, userId=["u"], participantType={}))

    assert (arrival.session, arrival.user, arrival.participant) == (None, None, None)


def test_fields_that_the_contract_does_not_know_are_no_problem(contract):
    assert examined(contract, event(mood="good")).problems == ()


@pytest.mark.parametrize("session", ["\ud800", "a\x00b", "\u202e", "é🎈", "' OR 1=1", "<script>"])
def test_an_odd_session_id_survives_the_journal(sink, journal, session):
    assert call(sink.url, event(session)) == 200

    sink.stop()
    assert [arrival.session for arrival in journal.arrivals] == [session]


def test_bytes_that_are_no_text_survive_the_journal(sink, journal):
    body = bytes(range(256))

    assert call(sink.url, body, Content_Type="application/octet-stream") == 200

    sink.stop()
    [arrival] = journal.arrivals
    assert arrival.body.encode("utf-8", "surrogateescape") == body
    assert "not UTF-8" in arrival.problems[0]
    assert arrival.content_type == "application/octet-stream"


def test_another_content_type_is_recorded_and_no_objection(sink, journal):
    assert call(sink.url, event(), Content_Type="text/plain; charset=utf-8") == 200

    sink.stop()
    [arrival] = journal.arrivals
    assert (arrival.problems, arrival.content_type) == ((), "text/plain; charset=utf-8")


def test_escaped_and_plain_spellings_of_a_reply_are_the_same_reply_with_another_digest(contract):
    plain = json.dumps(json.loads(event(content="é")), ensure_ascii=False).encode()
    one, other = examined(contract, event(content="é")), examined(contract, plain)

    assert (one.session, one.problems) == (other.session, other.problems)
    assert one.digest != other.digest


@settings(deadline=None)
@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_no_body_whatever_is_too_odd_to_be_recorded(body):
    arrival = examined(CONTRACT, body, kept=len(body))

    assert decode(encode(arrival)) == arrival
    assert arrival.body.encode("utf-8", "surrogateescape") == body

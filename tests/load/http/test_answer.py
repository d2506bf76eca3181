"""An answer is what its framing says it is, however it comes in, and never more than it may be."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.load.http.answer import LARGEST_BODY, LARGEST_HEAD, LARGEST_WHOLE, Answer, AnswerReader
from harness.load.http.failure import TOO_LARGE, AnswerFailed

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = OK + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: z\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + LENGTH
UNTIL_CLOSE = OK + b"Content-Type: text/plain\r\n\r\nhello"
WHOLE = {"by its length": LENGTH, "in chunks": CHUNKED, "after interim answers": INTERIM}


def fed(*pieces: bytes) -> Answer | None:
    """The first whole answer in the pieces, which must be in the last of them."""
    reader = AnswerReader()
    for piece in pieces[:-1]:
        assert reader.feed(piece) is None
    return reader.feed(pieces[-1])


@pytest.mark.parametrize("sent", WHOLE.values(), ids=WHOLE)
def test_an_answer_is_whole_with_its_last_byte_and_its_connection_is_kept(sent: bytes):
    answer = fed(sent[:-1], sent[-1:])

    assert answer is not None
    assert (answer.status, answer.body, answer.reusable) == (200, b"hello", True)


@given(cuts=st.lists(st.integers(0, len(INTERIM)), max_size=12), sent=st.sampled_from([*WHOLE.values()]))
def test_an_answer_is_the_same_however_it_is_cut(cuts: list[int], sent: bytes):
    edges = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})

    assert fed(*(sent[a:b] for a, b in pairwise(edges))) == fed(sent)


def test_one_reader_reads_one_answer_after_the_other():
    reader = AnswerReader()

    for sent in (LENGTH, CHUNKED, INTERIM, LENGTH):
        answer = reader.feed(sent)
        assert answer is not None
        assert answer.body == b"hello"


@pytest.mark.parametrize(
    "sent",
    [UNTIL_CLOSE, UNTIL_CLOSE.replace(b"1.1", b"1.0"), OK + b"Transfer-Encoding: identity\r\n\r\nhello"],
)
def test_an_answer_without_a_length_lasts_until_the_connection_ends(sent: bytes):
    reader = AnswerReader()

    assert reader.feed(sent) is None
    answer = reader.end()
    assert (answer.body, answer.reusable) == (b"hello", False)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_an_answer_that_can_have_no_body_waits_for_none(status: bytes):
    answer = fed(b"HTTP/1.1 " + status + b"\r\n\r\n")

    assert answer is not None
    assert (answer.body, answer.reusable) == (b"", True)


@pytest.mark.parametrize(
    "sent",
    [
        LENGTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        LENGTH.replace(b"HTTP/1.1", b"HTTP/1.0"),
        LENGTH + LENGTH,
        LENGTH + b"and more",
        LENGTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"and more",
    ],
    ids=["it says so", "of old", "a second answer", "bytes after it", "bytes after the last"],
)
def test_a_connection_is_not_kept_where_nobody_could_tell_what_comes_next(sent: bytes):
    answer = fed(sent)

    assert answer is not None
    assert (answer.status, answer.body, answer.reusable) == (200, b"hello", False)


def test_header_names_are_found_whatever_their_case():
    answer = fed(LENGTH.replace(b"\r\n\r\n", b"\r\nRETRY-after: 7\r\n\r\n"))

    assert answer is not None
    assert answer.header(b"retry-after") == "7"
    assert answer.header(b"etag") is None


def test_headers_of_an_interim_answer_are_not_the_answers():
    answer = fed(INTERIM)

    assert answer is not None
    assert answer.header(b"link") is None


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "the answer is no HTTP"),
        (b"\x16\x03\x01\x02\x00", "the answer is no HTTP"),
        (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "the answer is no HTTP"),
        (OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "the answer is no HTTP"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "the answer is no HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "HTTP 101"),
        (OK + b"X: " + b"x" * LARGEST_HEAD, TOO_LARGE),
        (OK + b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1) + b"x" * (LARGEST_BODY + 1), TOO_LARGE),
        (OK + b"\r\n" + b"x" * (LARGEST_BODY + 1), TOO_LARGE),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * (LARGEST_HEAD // 20), TOO_LARGE),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * (LARGEST_WHOLE // 6 + 1), TOO_LARGE),
    ],
    ids=[
        "ssh",
        "tls",
        "two lengths",
        "length and chunks",
        "no chunk",
        "101",
        "head",
        "body",
        "endless",
        "interim",
        "trailers",
    ],
)
def test_what_is_no_answer_is_told_in_few_words(sent: bytes, reason: str):
    with pytest.raises(AnswerFailed, match=f"^{reason}"):
        AnswerReader().feed(sent)


@pytest.mark.parametrize("sent", [LENGTH[:-1], CHUNKED[:-1], OK, b"H", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_an_end_in_the_middle_is_no_answer(sent: bytes):
    reader = AnswerReader()
    reader.feed(sent)

    with pytest.raises(AnswerFailed, match="the answer was cut short"):
        reader.end()


def test_an_end_before_the_first_byte_is_a_connection_that_was_closed():
    with pytest.raises(ConnectionResetError):
        AnswerReader().end()


@given(st.binary(max_size=200), st.integers(0, len(CHUNKED)))
def test_garbage_is_an_answer_or_a_failure_and_nothing_else(garbage: bytes, where: int):
    reader = AnswerReader()

    with suppress(AnswerFailed, ConnectionResetError):
        if reader.feed(CHUNKED[:where] + garbage) is None:
            reader.end()

"""What is surely a valid message, and what is only perhaps one."""

import pytest
from hypothesis import given

from harness.conformance.people import messages
from harness.conformance.plausible import plausible, surely_valid_message
from harness.conformance.samples import MESSAGES, page


@pytest.mark.parametrize("text", [*MESSAGES, page(), "🙂" * 4096, "a\tb\r\nc"])
def test_what_a_person_could_have_typed_is_plausible(text):
    assert plausible(text)


@given(messages())
def test_every_generated_message_is_plausible(text):
    assert plausible(text)


@pytest.mark.parametrize("text", ["", " \n", "x" * 4097, "a\0b", "\x1b[31m", "half \ud83d", "\uffff", None, 5, ["a"]])
def test_anything_else_is_not(text):
    assert not plausible(text)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"content": "a", "x": 1}', b'{"content": "a"', b'{"content": "a", "content": ""}']
)
def test_a_body_with_more_or_less_than_a_content_is_doubtful(body):
    assert not surely_valid_message(body)


def test_a_body_with_a_plausible_content_is_not():
    assert surely_valid_message(b' {"content": "Gr\xc3\xbc\xc3\x9fe"} ')

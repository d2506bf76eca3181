"""Odd data as the checks use it: what it is made of stands in harness.conformance.oddities."""

import pytest

from harness.client.source_system import encode
from harness.conformance.oddities import ODD_MEMBERS, ODD_TEXTS


@pytest.fixture
def odd_texts():
    return list(ODD_TEXTS.values())


@pytest.fixture
def odd_bodies():
    """From a surely valid object: bodies with something odd in them, about which the document is silent."""

    def make(valid):
        inside = encode(valid)[1:-1]
        odd = [b"{" + inside + b", " + member.encode() + b"}" for member in ODD_MEMBERS.values()]
        twice = b"{" + inside + b", " + inside + b"}"
        no_utf8 = b"{" + inside + b', "x": "\xff\xfe"}'
        return [*odd, twice, no_utf8, b"\xef\xbb\xbf" + encode(valid), encode(valid).decode().encode("utf-16")]

    return make

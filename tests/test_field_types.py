"""A field of a record that was read is of the type that its class says, or it is told."""

from typing import Any

import pytest

from harness.errors import JournalError
from harness.events import Asked, Began, Ended
from harness.field_types import fits_of
from harness.journal import Header, decode, encode, encode_header

ASKED = encode(Asked(1, 2, "a message", "burst", 3, "refused", 429, 1.0))


@pytest.mark.parametrize(
    ("kind", "field", "fitting", "others"),
    [
        (Asked, "received", (0, -1), (1.0, True, None, "1")),
        (Asked, "status", (429, None), ("429", 429.0)),
        (Asked, "retry_after_s", (1, 1.5, None), ("1", [])),
        (Asked, "verdict", ("refused",), ("perhaps", None, 5, [])),
        (Began, "settings", ({},), (None, [], "x")),
        (Ended, "ending", ("died",), ("exploded",)),
        (Header, "host", ("",), (None, 5)),
    ],
)
def test_a_value_fits_its_type_and_no_other_does(
    kind: type[Any], field: str, fitting: tuple[Any, ...], others: tuple[Any, ...]
) -> None:
    fits = fits_of(kind)[field]
    assert all(map(fits, fitting))
    assert not any(map(fits, others))


@pytest.mark.parametrize(
    "line",
    [
        ASKED.replace('"at":1', '"at":1e400'),
        ASKED.replace('"at":1', f'"at":{10**30}'),
        ASKED.replace('"at":1', '"at":null'),
        ASKED.replace("429", '"429"'),
        '{"e":"sent","at":"soon","request":"a"}',
        encode_header(Header("run", "limits", "inquiry", "host", 1, 2)).replace(":2}", ':"x"}'),
        encode(Began(1, 2, "limits")).replace('"limits"', '["limits"]'),
    ],
)
def test_a_line_with_a_value_of_another_type_is_of_no_journal(line: str) -> None:
    with pytest.raises(JournalError, match="not a journal of version 1"):
        decode(line)

"""What a sender can hold, in words that promise no more than was found."""

import pytest

from harness.report.polite import note, sentence

FOUND = {"confidence": 0.93, "sustainable_per_s": 5.0007, "polite_per_s": 4.99, "scope": "key"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "A polite sender can hold 4.99 requests a second."),
        ({"scope": "session"}, "A polite sender can hold 4.99 requests a second in each session."),
        ({"scope": "key+operation"}, "A polite sender can hold 4.99 requests a second of each operation."),
        ({"confidence": 0.74}, "Perhaps a polite sender can hold 4.99 requests a second."),
        (
            {"behind": {"looked_with": 99, "found": {"confidence": 0.5}}},
            "Perhaps a polite sender can hold 4.99 requests a second.",
        ),
        ({"polite_per_s": None}, "A polite sender can hold 5.001 requests a second."),
        ({"polite_per_s": None, "sustainable_per_s": None}, ""),
    ],
)
def test_the_careful_rate_is_told_with_whose_it_is_and_how_likely(changed: dict, told: str) -> None:
    assert sentence({**FOUND, **changed}) == told


def test_beneath_the_rate_stands_whose_it_is() -> None:
    assert note(FOUND) == "by a sender who is never refused"
    assert note({**FOUND, "scope": "session"}) == "by a sender who is never refused, in each session"

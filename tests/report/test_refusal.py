"""How a target says "too many", in words."""

import pytest

from harness.report.limits import facts
from harness.report.refusal import refusal


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        ({"429": 9}, "HTTP 429"),
        ({"503": 9}, "HTTP 503; a client that waits on 429 will not wait here"),
        ({"429": 9, "503": 1}, "HTTP 429 and 503; a client that waits on 429 will not wait on HTTP 503"),
        ({}, ""),
    ],
)
def test_a_status_that_no_client_waits_on_is_told_as_such(statuses: dict[str, int], told: str) -> None:
    assert refusal({"refusal": {"statuses": statuses}}) == told


def test_it_stands_among_the_facts_which_terminal_and_summary_show() -> None:
    told = list(facts({"limited": True, "refusal": {"statuses": {"503": 9}}}))
    assert "Refusal: HTTP 503; a client that waits on 429 will not wait here." in told

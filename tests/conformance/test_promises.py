"""Whether a limiter kept its word, from what the gate sent anyway, by harness.honesty."""

import pytest

from harness.conformance.ledger import Ledger
from tests.conformance.fabricated import answer

S = 1_000_000_000
OTHER = ("Authorization", "Bearer $HARNESS_OTHER_API_KEY")


def visit(at_s, status=200, told=None, **fields):
    headers = () if told is None else (("Retry-After", told),)
    return answer(status, None, *headers, sent_at=int(at_s * S), elapsed_ns=1_000_000, **fields)


def seen(*visits):
    ledger = Ledger()
    for each in visits:
        ledger.saw(each)
    return ledger.honesty()


@pytest.mark.parametrize(
    ("visits", "kept", "early"),
    [
        ([visit(0), visit(1, 429, "2"), visit(3.1)], 1, 0),
        ([visit(1, 429, "2"), visit(4.5, 429, "2")], 0, 1),
        # A second that rounding explains.
        ([visit(1, 429, "2"), visit(3.5, 429, "1")], 0, 0),
        # Who does not wait learns nothing, and who asks in between may be why it is not kept.
        ([visit(1, 429, "2"), visit(2.0, 429, "9")], 0, 0),
        ([visit(1, 429, "2"), visit(2.0, 429, "9"), visit(4.5, 429, "9")], 0, 0),
        # Of a burst the last word counts.
        ([visit(1.0, 429, "1"), visit(1.0005, 429, "3"), visit(3.2, 429, "1")], 0, 0),
        ([visit(1.0, 429, "1"), visit(1.0005, 429, "3"), visit(4.2)], 2, 0),
        # One key's return says nothing about the promise to another.
        ([visit(1, 429, "2"), visit(3.5, key=OTHER)], 0, 0),
        # A 503 may be another fault of the target.
        ([visit(1, 429, "2"), visit(4.5, 503, "2"), visit(4.6)], 1, 0),
    ],
)
def test_a_promise_is_judged_by_who_came_back_when_told(visits, kept, early):
    found = seen(*visits)

    assert (found.kept, found.early) == (kept, early)


def test_answers_are_judged_in_the_order_of_their_requests():
    found = seen(visit(4.5, 429, "2"), visit(1, 429, "2"))

    assert (found.early, round(found.worst_early_s, 1)) == (1, 1.5)

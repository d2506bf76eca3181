"""Where no limit was met, what was not tried is told."""

from types import SimpleNamespace

from harness.limits.subject import Subject
from harness.limits.untried import untried


def seen(kind, count, *, at=0.0, admitted=True):
    return [SimpleNamespace(subject=Subject(kind), admitted=admitted, sent=at) for _ in range(count)]


def test_more_of_each_kind_and_more_time_are_what_was_not_tried():
    told = untried([*seen("session", 1), *seen("unknown", 2000), *seen("message", 7, at=0.34)], cut_short=False)
    assert told == (
        "more than 2,000 messages to a session that does not exist, 7 messages, 1 new session, and anything for "
        "longer than 0.3 s: a quota that takes more than that was not met"
    )


def test_a_budget_that_ended_it_is_named_and_what_was_not_answered_is_not_counted():
    told = untried([*seen("message", 3), *seen("message", 9, admitted=False)], cut_short=True)
    assert told == "more than 3 messages, and anything for longer than 0.0 s: the budget was spent"

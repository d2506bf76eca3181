"""The contract under load: what was looked at, what broke it, and the first of each kind."""

from harness.events import BROKE_CONTRACT, Acked, Began, Failed, Limited, Planned, Refused, Replied
from harness.violations import MOST_KINDS, MOST_TOLD, OTHERS, Violation, violations

SECOND = 1_000_000_000
BEGAN = Began(0, 0, "load", {})


def plan(request: str, operation: str = "sendMessage") -> Planned:
    return Planned(1, request, operation, "c", "s")


def reply(at: int, *problems: str) -> Replied:
    return Replied(at, at, "s", "u", "bot", "d", problems)


def test_every_answer_and_every_reply_counts_and_silence_does_not():
    events = [plan("a"), plan("b"), plan("c"), plan("d"), plan("e")]
    events += [Acked(2, "a", 200), Refused(2, "b", 404, "x"), Limited(2, "c"), Failed(2, "d", "no answer in time")]

    found = violations([BEGAN, *events, reply(3), reply(4)])

    assert (found.checked, found.broken, found.per_million, found.first) == (5, 0, 0.0, ())


def test_what_broke_the_contract_is_told_once_for_each_kind_with_its_first_moment():
    events = [plan("a", "createSession"), plan("b"), plan("c"), plan("d"), plan("e")]
    events += [
        Failed(SECOND, "a", f"{BROKE_CONTRACT}: sessionId is missing", 200),
        Failed(2 * SECOND, "b", "HTTP 500", 500),
        Refused(3 * SECOND, "c", 404, None, "no JSON"),
        Limited(4 * SECOND, "d", None, "no JSON"),
        Acked(5 * SECOND, "e", 200),
    ]

    found = violations([BEGAN, *events, reply(6 * SECOND, "data is missing"), reply(7 * SECOND, "data is missing")])

    assert (found.checked, found.broken) == (7, 6)
    assert found.per_million == 857142.9
    assert found.first == (
        Violation(1.0, "createSession", "sessionId is missing", 1),
        Violation(2.0, "sendMessage", "HTTP 500", 1),
        Violation(3.0, "sendMessage", "no JSON", 2),
        Violation(6.0, "webhook", "data is missing", 2),
    )


def test_a_target_whose_every_fault_is_another_does_not_fill_the_memory():
    found = violations([BEGAN, *(reply(1, f"problem {number}") for number in range(2 * MOST_KINDS))])

    assert found.broken == 2 * MOST_KINDS
    assert len(found.first) == MOST_TOLD
    assert OTHERS not in {each.problem for each in found.first}


def test_nothing_looked_at_is_no_rate():
    assert violations([BEGAN]).per_million is None

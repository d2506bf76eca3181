"""The result is computed from the journal alone: judged again, it is the same; and it says how the run ended."""

import json

import pytest
from hypothesis import given

from harness.errors import JournalError
from harness.events import (
    Acked,
    Asked,
    Began,
    Checked,
    Ended,
    Event,
    Failed,
    Identified,
    Planned,
    Refused,
    Replied,
    Sent,
)
from harness.figures import DEFAULT_OBJECTIVES
from harness.journal import Header, Part, encode, encode_header, read
from harness.requirements import Requirement
from harness.result import result_of
from tests.strategies import histories

MS = 1_000_000
TARGET = {"base_url": "http://127.0.0.1:1"}
LOAD = {"target": TARGET, "seed": 7, "reply_timeout_s": 1.0, "scenario": "conversations", "customers": 1}
GATE = {
    "target": TARGET,
    "seed": 7,
    "strict": False,
    "requirements": [Requirement("R-1", "MUST", "the clause", "#/info", ("a",)).described()],
}


def part(phase: str, *events: Event, role: str = "harness") -> Part:
    return Part(Header("run-1", phase, role, "host", 0, 0), events)


def phase(name: str, settings, *events: Event, ending="completed") -> Part:
    return part(name, Began(0, 0, name, settings), *events, Ended(5_000 * MS, 5_000 * MS, name, ending))


def conversation(replied: bool = True) -> list[Event]:
    events: list[Event] = [
        Planned(0, "open", "createSession", "c"),
        Sent(0, "open"),
        Acked(1 * MS, "open", 200, "s", "u"),
        Planned(2 * MS, "m", "sendMessage", "c", "s"),
        Sent(2 * MS, "m"),
        Acked(3 * MS, "m", 200),
    ]
    return [*events, Replied(50 * MS, 0, "s", "u", "bot", "d")] if replied else events


def refused(operation: str) -> list[Event]:
    return [Planned(0, "r", operation, "c", "s"), Sent(0, "r"), Refused(1 * MS, "r", 404, "session_not_found")]


def failed_session() -> list[Event]:
    return [Planned(0, "f", "createSession", "c"), Sent(0, "f"), Failed(1 * MS, "f", "HTTP 500", 500)]


def passed(outcome="pass") -> Checked:
    return Checked(1, "R-1", "a", outcome, 3)


@pytest.mark.parametrize(
    ("parts", "kind", "verdict", "exit_code"),
    [
        ([phase("conform", GATE, passed())], "conform", "pass", 0),
        ([phase("conform", GATE, passed("fail"))], "conform", "fail", 1),
        ([phase("conform", GATE)], "conform", "not_exercised", 3),
        ([phase("conform", GATE, passed(), ending="died")], "conform", "could_not_run", 3),
        ([phase("conform", GATE, passed(), ending="interrupted")], "conform", "could_not_run", 130),
        ([phase("load", LOAD, *conversation())], "load", "pass", 0),
        ([phase("load", LOAD, *conversation(replied=False))], "load", "fail", 1),
        ([phase("load", LOAD)], "load", "not_exercised", 3),
        ([phase("load", LOAD, *refused("createSession"))], "load", "fail", 1),
        ([phase("load", LOAD, *conversation(), *refused("sendMessage"))], "load", "fail", 1),
        ([phase("load", LOAD, *conversation(), *failed_session())], "load", "fail", 1),
        ([part("load", Began(0, 0, "load", LOAD), *conversation())], "load", "could_not_run", 3),
        ([phase("load", LOAD, Planned(0, "m", "sendMessage", "c", "s"), Sent(500 * MS, "m"))], "load", "invalid", 4),
    ],
)
def test_a_run_ends_with_the_verdict_and_exit_code_of_what_happened(parts, kind, verdict, exit_code):
    result = result_of(parts)

    assert (result["kind"], result["verdict"], result["exit_code"]) == (kind, verdict, exit_code)


WHOLE = Part(Header("run-1", "run", "harness", "host", 0, 0), (Began(0, 0, "run", {"phases": ["conform", "load"]}),))


def test_a_whole_run_is_as_good_as_its_worst_phase():
    good = [WHOLE, phase("conform", GATE, passed()), phase("load", LOAD, *conversation())]
    bad = [WHOLE, phase("conform", GATE, passed("fail")), phase("load", LOAD, *conversation())]

    assert [result_of(parts)["verdict"] for parts in (good, bad)] == ["pass", "fail"]
    assert result_of(good)["kind"] == "run"


def test_a_phase_that_never_began_is_not_forgotten():
    result = result_of([WHOLE, phase("conform", GATE, passed())])

    assert (result["kind"], result["verdict"]) == ("run", "could_not_run")


@given(histories())
def test_a_run_judged_again_from_its_journal_gives_the_same_result(history):
    parts = [phase("load", LOAD, *history), part("conform", Began(0, 0, "conform", GATE), passed())]
    lines = [line for each in parts for line in (encode_header(each.header), *map(encode, each.events))]

    first = json.dumps(result_of(parts), sort_keys=True)

    assert json.dumps(result_of(read(lines)), sort_keys=True) == first


def test_latencies_and_counts_stand_where_the_schema_says():
    load = result_of([phase("load", LOAD, *conversation())])["load"]

    assert load["messages"]["accepted"] == 1
    assert load["replies"]["answered"] == 1
    assert load["reply_ms"]["p99"] == pytest.approx(48, rel=1e-3)
    assert load["validity"]["verdict"] == "valid"
    assert [objective["verdict"] for objective in load["objectives"]] == ["pass"] * len(DEFAULT_OBJECTIVES)


def test_without_samples_a_latency_is_only_its_count():
    assert result_of([phase("load", LOAD)])["load"]["reply_ms"] == {"count": 0}


def test_a_journal_in_which_no_phase_began_is_no_run():
    with pytest.raises(JournalError, match="no phase"):
        result_of([part("load", *conversation())])


@pytest.mark.parametrize(
    "spoiled",
    [
        phase("load", {"target": TARGET}),
        phase("load", {**LOAD, "reply_timeout_s": "soon"}),
        phase("load", {**LOAD, "objectives": 5}),
        phase("conform", {**GATE, "requirements": [{"id": "R-1"}]}),
        phase("conform", GATE, Checked(1, "R-1", "a", "perhaps", 3)),  # type: ignore[arg-type]
        part("load", Began(0, 10**30, "load", LOAD)),
    ],
)
def test_a_journal_that_somebody_edited_is_told_as_such(spoiled):
    with pytest.raises(JournalError, match="edited"):
        result_of([spoiled])


def test_a_journal_that_was_damaged_after_its_run_does_not_pass():
    whole = phase("conform", GATE, passed())

    result = result_of([Part(whole.header, whole.events, torn=1)])

    assert (result["verdict"], result["torn_lines"]) == ("could_not_run", 1)


def test_a_line_torn_when_a_part_was_killed_is_no_damage():
    whole = phase("load", LOAD, *conversation(), ending="interrupted")

    assert result_of([Part(whole.header, whole.events, torn=1)])["exit_code"] == 130


def listed(expires: str) -> dict:
    entries = [{"requirement": "R-1", "reason": "ticket 4711", "owner": "team-chat", "expires": expires}]
    return {**GATE, "known_failures": {"file": "known-failures.yaml", "entries": entries}}


@pytest.mark.parametrize(
    ("expires", "outcome", "verdict", "exit_code", "state"),
    [
        ("1970-01-01", "fail", "pass", 0, "known"),
        ("1969-12-31", "fail", "fail", 1, "expired"),
        ("1970-01-01", "pass", "fail", 1, "gone"),
        ("1970-01-01", "not_exercised", "not_exercised", 3, "undecided"),
    ],
)
def test_known_failures_travel_with_the_journal_and_expire_by_the_day_the_run_began(
    expires, outcome, verdict, exit_code, state
):
    result = result_of([phase("conform", listed(expires), passed(outcome))])

    assert (result["verdict"], result["exit_code"]) == (verdict, exit_code)
    (row,) = result["requirements"]
    assert row["known"].items() >= {"state": state, "reason": "ticket 4711", "owner": "team-chat"}.items()
    assert row["known"]["expires"] == expires


def test_a_requirement_that_is_not_listed_has_no_known_part():
    (row,) = result_of([phase("conform", GATE, passed("fail"))])["requirements"]

    assert "known" not in row


def test_a_failure_carries_the_command_that_tries_it_again_and_a_pass_does_not():
    (failed,) = result_of([phase("conform", GATE, passed("fail"))])["requirements"]
    (green,) = result_of([phase("conform", GATE, passed())])["requirements"]

    assert failed["reproduce"] == "harness conform --only R-1 --seed 7"
    assert "reproduce" not in green


RULE = {"algorithm": "token_bucket", "quota": 20, "confidence": 0.93}
IDENTIFIED = {"limited": True, "requests_spent": 90, "seconds_spent": 9.5, **RULE, "left_undone": ["scope"]}
INQUIRY = {"budget": {"requests": 600, "seconds": 300.0}}


@pytest.mark.parametrize("identified", [(Identified(5, IDENTIFIED),), ()])
def test_what_an_inquiry_found_stands_beside_what_is_required_of_a_limiter(identified):
    limit = Requirement("RATE-1", "SHOULD", "a limited request gets a 429", "", ("limited",)).described()
    settings = {**GATE, "requirements": [*GATE["requirements"], limit]}
    gate = phase("conform", settings, passed(), Checked(1, "RATE-1", "limited", "pass", 1))
    rows = {row["id"]: row for row in result_of([gate, phase("limits", INQUIRY, *identified)])["requirements"]}

    [beside] = rows["RATE-1"]["evidence"]
    assert beside["limiter"] == (RULE if identified else "not found out")
    assert beside["left_undone"] == (["scope"] if identified else [])
    assert rows["R-1"]["evidence"] == []


def inquiry(answered: int, limited: bool = False) -> Part:
    none = {"requests": answered + 3, "seconds": 9.0, "per_s": 4, "answered": answered, "unanswered": 3, "failed": 0}
    asked = [Asked(n, n, "a message", "", n, "admitted" if n < answered else "unknown") for n in range(answered + 3)]
    spent = {"requests_spent": answered + 3, "seconds_spent": 9.0, "left_undone": []}
    found = {"limited": True, **spent} if limited else {"limited": False, **spent, "none_seen": none}
    return phase("limits", {"budget": {"requests": 60, "seconds": 10.0}}, *asked, Identified(99, found))


@pytest.mark.parametrize(
    ("answered", "limited", "verdict"),
    [(19, False, "not_exercised"), (20, False, "pass"), (0, False, "not_exercised"), (5, True, "pass")],
)
def test_that_no_limit_was_seen_says_nothing_after_a_few_answers(answered, limited, verdict):
    result = result_of([inquiry(answered, limited)])

    assert (result["verdict"], result["exit_code"]) == (verdict, 0 if verdict == "pass" else 3)


def test_beside_a_gate_an_inquiry_that_came_to_too_little_decides_nothing():
    result = result_of([phase("conform", GATE, passed()), inquiry(answered=3)])

    assert result["phases"]["limits"]["verdict"] == "not_exercised"
    assert (result["verdict"], result["exit_code"]) == ("pass", 0)

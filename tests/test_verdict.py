"""The rules of judging, one by one."""

from datetime import date, timedelta

import pytest

from harness.events import EXHAUSTED, Acked, Checked, Died, Failed, Gauged, Planned, Sent
from harness.known_failures import KnownFailure, KnownFailures
from harness.measurement import measure
from harness.requirements import Requirement
from harness.verdict import conformance_verdict, judge_requirements, judge_validity, worst

MS = 1_000_000


def requirement(name="R-1", level="MUST", checks=("a",), **more) -> Requirement:
    return Requirement(name, level, "the clause", "#/info", checks, **more)


def said(outcome, check="a", name="R-1", exercised=1, reason=None) -> Checked:
    return Checked(1, name, check, outcome, exercised, reason)


def judge(*events, table=None, strict=False):
    return judge_requirements(table or [requirement()], events, strict)


@pytest.mark.parametrize(
    ("events", "verdict", "red"),
    [
        ([said("pass")], "pass", False),
        ([said("fail")], "fail", True),
        ([said("could_not_run")], "could_not_run", True),
        ([said("not_exercised")], "not_exercised", True),
        ([], "not_exercised", True),
    ],
)
def test_a_must_that_did_not_pass_is_red_whatever_the_reason(events, verdict, red):
    (decided,) = judge(*events)

    assert (decided.verdict, decided.red) == (verdict, red)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (("pass", "fail"), "fail"),
        (("could_not_run", "fail"), "fail"),
        (("pass", "could_not_run"), "could_not_run"),
        (("pass", "not_exercised"), "pass"),
    ],
)
def test_the_worst_of_several_checks_decides(outcomes, verdict):
    events = [said(outcome, check) for outcome, check in zip(outcomes, "ab", strict=True)]

    (decided,) = judge(*events, table=[requirement(checks=("a", "b"))])

    assert decided.verdict == verdict
    assert decided.exercised == 2


def test_a_check_that_never_spoke_keeps_its_requirement_from_passing():
    (decided,) = judge(said("pass"), table=[requirement(checks=("a", "b"))])

    assert (decided.verdict, decided.reason) == ("not_exercised", "no word from b")


@pytest.mark.parametrize(
    ("level", "outcome", "strict", "red"),
    [
        ("SHOULD", "fail", False, False),
        ("SHOULD", "fail", True, True),
        ("SHOULD", "could_not_run", True, True),
        ("SHOULD", "not_exercised", True, False),
        ("OBSERVE", "fail", True, False),
        ("OBSERVE", "observed", True, False),
    ],
)
def test_a_should_counts_under_strict_and_an_observe_never(level, outcome, strict, red):
    (decided,) = judge(said(outcome), table=[requirement(level=level)], strict=strict)

    assert decided.red is red


@pytest.mark.parametrize(("stand_in", "red"), [("pass", False), ("fail", True), ("not_exercised", True)])
def test_a_must_that_could_not_be_tried_is_excused_by_one_that_passed_in_its_stead(stand_in, red):
    table = [requirement(stands_in="R-2"), requirement("R-2")]

    decided, _ = judge(said("not_exercised", reason="no time to live"), said(stand_in, name="R-2"), table=table)

    assert decided.red is red


def test_silence_is_not_excused_by_a_stand_in():
    table = [requirement(stands_in="R-2"), requirement("R-2")]

    decided, _ = judge(said("pass", name="R-2"), table=table)

    assert decided.red


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (("pass", "pass"), "pass"),
        (("not_exercised", "fail"), "fail"),
        (("not_exercised", "could_not_run"), "could_not_run"),
        (("not_exercised", "pass"), "not_exercised"),
    ],
)
def test_a_gate_is_what_its_red_requirements_make_it(outcomes, verdict):
    table = [requirement("R-1"), requirement("R-2")]
    events = [said(outcome, name=f"R-{n}") for n, outcome in enumerate(outcomes, start=1)]

    assert conformance_verdict(judge(*events, table=table)) == verdict


def test_the_worst_part_names_the_whole_and_nothing_at_all_is_not_a_pass():
    assert worst(["pass", "fail", "invalid"]) == "fail"
    assert worst(["fail", "could_not_run"]) == "could_not_run"
    assert worst(["pass", "invalid"]) == "invalid"
    assert worst(["pass", "pass"]) == "pass"
    assert worst([]) == "not_exercised"


def late_by(ms: int):
    return [Planned(0, "m", "sendMessage", "c", "s"), Sent(ms * MS, "m")]


def lagging(*by_second: float):
    return [*late_by(0), *(Gauged(n * 1000 * MS, "sink", "lag_ms", lag) for n, lag in enumerate(by_second))]


def freezing(*by_second: float):
    return [
        *late_by(0),
        *(Gauged((n + 1) * 1000 * MS, "customers-2", "lag_ms", lag) for n, lag in enumerate(by_second)),
    ]


def full_sink(lost: bool):
    message = [Planned(0, "m", "sendMessage", "c", "s"), Sent(0, "m"), Acked(1, "m", 200)]
    return [*(message if lost else late_by(0)), Gauged(5_000 * MS, "sink", "rejected.connections", 3.0)]


@pytest.mark.parametrize(
    ("events", "verdict", "reason"),
    [
        (full_sink(lost=True), "invalid", "turned 3 calls away"),
        (full_sink(lost=False), "valid", None),
        (late_by(1), "valid", None),
        (late_by(50), "degraded", "sent late"),
        (late_by(500), "invalid", "sent late"),
        (lagging(50, 0, 0, 0), "degraded", "sink's event loop"),
        (lagging(500, 0, 0, 0), "invalid", "sink's event loop"),
        (lagging(15, 15, 15, 15), "valid", None),
        (lagging(*[30] + [0] * 9), "valid", None),
        (freezing(900, 900), "valid", None),
        (freezing(2500, 0), "invalid", "customers-2 process stood still for 2 s"),
        (freezing(2500, *[0] * 98), "degraded", "customers-2 process stood still for 2 s"),
        ([*late_by(0), Gauged(1, "customers", "cpu_percent", 99.0)], "degraded", "customers process was busy"),
        ([Planned(0, "m", "sendMessage", "c", "s")], "degraded", "never sent"),
    ],
)
def test_a_run_says_whether_the_harness_kept_up(events, verdict, reason):
    validity = judge_validity(measure(events, 1.0))

    assert validity.verdict == verdict
    assert (reason is None and not validity.reasons) or any(reason in each for each in validity.reasons)


def test_a_death_is_told_before_the_lateness_that_came_of_it():
    events = [*late_by(50), Died(60 * MS, "load generator 1", "killed by SIGKILL")]

    validity = judge_validity(measure(events, 1.0))

    assert validity.verdict == "degraded"
    assert "load generator 1 died" in validity.reasons[0]
    assert "sent late" in validity.reasons[1]


DAY = date(2026, 11, 22)


def known_until(expires: date, *names: str) -> KnownFailures:
    return KnownFailures(tuple(KnownFailure(name, "ticket 4711", "team-chat", expires) for name in names))


def judge_known(*events, expires=DAY, table=None, strict=False, names=("R-1",)):
    return judge_requirements(table or [requirement()], events, strict, known_until(expires, *names), DAY)


@pytest.mark.parametrize("level", ["MUST", "SHOULD"])
def test_a_known_failure_is_a_failure_and_not_red_up_to_its_last_day(level):
    (decided,) = judge_known(said("fail"), table=[requirement(level=level)], strict=True)

    assert (decided.verdict, decided.red) == ("fail", False)
    assert decided.known is not None
    assert decided.known.told == "known until 2026-11-22, by team-chat: ticket 4711"
    assert conformance_verdict([decided]) == "pass"


@pytest.mark.parametrize("level", ["MUST", "SHOULD"])
def test_the_day_after_it_is_red_again_and_told_as_expired(level):
    (decided,) = judge_known(said("fail"), expires=DAY - timedelta(days=1), table=[requirement(level=level)])

    assert (decided.verdict, decided.red) == ("fail", True)
    assert decided.known is not None
    assert decided.known.told == "known until 2026-11-21, by team-chat: expired"


@pytest.mark.parametrize("expires", [DAY, DAY - timedelta(days=1)])
@pytest.mark.parametrize("level", ["MUST", "SHOULD"])
def test_an_entry_whose_failure_is_gone_fails_the_gate(level, expires):
    (decided,) = judge_known(said("pass"), expires=expires, table=[requirement(level=level)])

    assert (decided.verdict, decided.red) == ("pass", True)
    assert decided.known is not None
    assert decided.known.told == "R-1 passes now: remove it from known-failures.yaml"
    assert conformance_verdict([decided]) == "fail"


@pytest.mark.parametrize(
    ("level", "outcome", "red"),
    [
        ("MUST", "not_exercised", True),
        ("MUST", "could_not_run", True),
        ("SHOULD", "not_exercised", False),
        ("SHOULD", "could_not_run", False),
    ],
)
def test_an_entry_neither_excuses_nor_spoils_what_was_not_decided(level, outcome, red):
    (decided,) = judge_known(said(outcome), table=[requirement(level=level)])

    assert decided.red is red
    assert decided.known is not None
    assert decided.known.told.endswith("whether it still fails is not decided")


def test_a_stand_in_whose_failure_is_known_excuses_as_one_that_passes():
    table = [requirement(stands_in="R-2"), requirement("R-2")]
    events = [said("not_exercised"), said("fail", name="R-2")]

    assert [each.red for each in judge_known(*events, table=table, names=("R-2",))] == [False, False]
    assert [each.red for each in judge_known(*events, table=table, names=())] == [True, True]


def test_what_is_not_listed_is_red_as_ever_beside_what_is():
    table = [requirement("R-1"), requirement("R-2")]

    decided = judge_known(said("fail"), said("fail", name="R-2"), table=table)

    assert [each.red for each in decided] == [False, True]
    assert decided[1].known is None


def test_what_the_machine_that_sends_ran_out_of_makes_the_run_invalid():
    why = f"{EXHAUSTED} open files"
    events = [Planned(1, "r", "sendMessage", "c", "s"), Sent(1, "r"), Failed(2, "r", why)]

    validity = judge_validity(measure(events, 1.0))

    assert validity.verdict == "invalid"
    assert validity.reasons == (f"{why}: 1 requests were never sent",)

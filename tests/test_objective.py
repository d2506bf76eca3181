"""An objective reads as people write it, and complains about what it cannot mean."""

import pytest

from harness import figures
from harness.errors import UsageError
from harness.events import Acked, Began, Ended, Planned, Replied, Sent
from harness.measurement import measure
from harness.objective import Objective, parse_objective

MS = 1_000_000


def run_with_one_answer():
    return measure(
        [
            Began(0, 0, "load"),
            Acked(0, "open", 200, "s", "u"),
            Planned(0, "a", "sendMessage", "c", "s"),
            Sent(0, "a"),
            Acked(20 * MS, "a", 200),
            Replied(100 * MS, 0, "s", "u", "bot", "d"),
            Planned(200 * MS, "b", "sendMessage", "c", "s"),
            Sent(200 * MS, "b"),
            Acked(210 * MS, "b", 200),
            Ended(10_000 * MS, 0, "load", "completed"),
        ],
        1.0,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reply_p99<2s", Objective("reply_p99<2s", "reply_p99", "<", 2000.0, "ms")),
        ("lost < 0.1 %", Objective("lost < 0.1 %", "lost", "<", 0.1, "%")),
        ("response_p95<=300ms", Objective("response_p95<=300ms", "response_p95", "<=", 300.0, "ms")),
        ("accepted>100/s", Objective("accepted>100/s", "accepted", ">", 100.0, "/s")),
        ("misrouted==0", Objective("misrouted==0", "misrouted", "==", 0.0, "")),
    ],
)
def test_an_objective_is_a_figure_a_sign_a_bound_and_a_unit(text, expected):
    assert parse_objective(text) == expected


@pytest.mark.parametrize("text", ["", "reply_p99", "reply_p99<", "reply_p99 is fast", "<2s", "lost<1%%", "lost<-1"])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(UsageError, match="reply_p99<2s"):
        parse_objective(text)


@pytest.mark.parametrize("text", ["reply_p99<2", "reply_p98<2s", "lost<2s", "speed>3"])
def test_a_figure_that_does_not_exist_or_has_another_unit_is_refused(text):
    with pytest.raises(UsageError):
        figures.check(parse_objective(text))


@pytest.mark.parametrize(
    ("text", "value", "verdict"),
    [
        ("reply_p99<200ms", 100.0, "pass"),
        ("reply_p99<50ms", 100.0, "fail"),
        ("lost<=50%", 50.0, "pass"),
        ("lost<1", 1.0, "fail"),
        ("sent>=0.2/s", 0.2, "pass"),
        ("misrouted<=0", 0.0, "pass"),
        ("sessions_failed<1%", None, "fail"),
    ],
)
def test_an_objective_is_judged_on_its_figure_and_fails_without_a_sample(text, value, verdict):
    judged = figures.judge(figures.check(parse_objective(text)), run_with_one_answer())

    assert judged["value"] == (None if value is None else pytest.approx(value, rel=1e-3))
    assert judged["verdict"] == verdict


def test_the_default_objectives_name_figures_that_exist():
    assert [figures.check(objective) for objective in figures.DEFAULT_OBJECTIVES]

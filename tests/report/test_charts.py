"""Charts as geometry: what is drawn is what was measured, in the right place."""

import re
from typing import Any

import pytest

from harness.report.charts import path
from harness.report.charts.curve import curves
from harness.report.charts.rates import rates
from harness.report.charts.scale import Scale, fitting, linear, logarithmic, time_ticks
from harness.report.charts.timeline import MOST_STEPS, timeline


def second(at: int, reply: tuple[float, float, float] | None = None, **counts: int) -> dict[str, Any]:
    latency = None if reply is None else dict(zip(("p50", "p99", "max"), reply, strict=True))
    return {"at_s": at, "sent": 0, "accepted": 0, "limited": 0, "failed": 0, "replies": 0, **counts, "reply": latency}


def points(drawn: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([-\d.e+]+) ([-\d.e+]+)", drawn)]


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (0.7, 0.8), (7, 8), (480, 500), (1187, 1500), (100, 100)])
def test_a_linear_axis_starts_at_zero_and_ends_at_a_round_number(highest: float, top: float) -> None:
    scale = linear(highest)

    assert scale.low == 0
    assert scale.high == pytest.approx(top)
    assert scale.values()[0] == 0
    assert scale.values()[-1] == pytest.approx(top)


def test_a_logarithmic_axis_gives_every_decade_the_same_room() -> None:
    scale = logarithmic([1, 10, 1000])

    assert [scale.percent(value) for value in (1, 10, 100, 1000)] == pytest.approx([0, 33.33, 66.67, 100], abs=0.01)


@pytest.mark.parametrize("values", [[], [0.0], [0.001], [5.0, 5.0], [0.0, 3.0], [1e-3, 3.6e6]])
def test_any_values_at_all_fit_between_the_ends_of_their_axis(values: list[float]) -> None:
    for scale in (fitting(values), logarithmic(values)):
        assert all(0 <= scale.percent(value) <= 100 for value in values)
        assert all(-0.2 <= scale.percent(value) <= 100.2 for value in scale.values())


def test_an_outlier_that_would_flatten_the_rest_makes_the_axis_logarithmic() -> None:
    assert not fitting([100, 200, 1500]).logarithmic
    assert fitting([100, 200, 9000]).logarithmic


@pytest.mark.parametrize(("length", "unit"), [(5, "s"), (90, "s"), (600, "min"), (3600, "min"), (36000, "h")])
def test_time_is_told_in_the_unit_of_its_length(length: int, unit: str) -> None:
    ticks = time_ticks(Scale(0, length))

    assert 2 <= len(ticks) <= 11
    assert all(tick.label.endswith(f" {unit}") for tick in ticks)


def test_a_gap_interrupts_a_line_and_a_lone_point_is_still_seen() -> None:
    drawn = path.line([(0, 0), (10, 1000), None, (500, 500), None])

    assert drawn == "M0 1000L10 0M496 500L504 500"


def test_seconds_without_a_reply_are_gaps_and_not_zeros() -> None:
    chart = timeline([second(0, (1, 2, 3), sent=1), second(1, sent=1), second(2, (1, 2, 3), sent=1)])

    assert chart is not None
    assert chart.p50.count("M") == 2
    assert "no reply" in chart.columns[1].title


def test_an_hour_is_drawn_in_steps_that_keep_every_maximum_and_every_count() -> None:
    series = [second(at, (10, 20, 30), sent=2, accepted=2, replies=2) for at in range(3600)]
    series[1234] = second(1234, (11, 29, 30_000), sent=2, accepted=1, limited=1, replies=1)
    chart = timeline(series)

    assert chart is not None
    assert len(chart.columns) <= MOST_STEPS
    assert chart.step_s == 15
    hit = next(column for column in chart.columns if "max 30.00 s" in column.title)
    assert hit.title.startswith("seconds 1230 to 1244: 30 sent, 29 accepted, 1 limited")
    assert "p99 29.0 ms" in hit.title


def test_a_run_of_a_day_has_rows_of_many_seconds_and_is_drawn_over_all_of_them() -> None:
    series = [
        {**second(at, (10, 20, 30), sent=64, accepted=64, replies=64), "width_s": 32} for at in range(0, 86_400, 32)
    ]
    chart = timeline(series)

    assert chart is not None
    assert len(chart.columns) <= MOST_STEPS
    assert (chart.step_s, chart.row_s) == (384, 32)
    assert chart.columns[1].title.startswith("seconds 384 to 767: 768 sent")
    assert chart.columns[-1].left + chart.columns[-1].width == pytest.approx(1000, abs=1)
    assert chart.label.startswith("Reply latency over 86,400 seconds")


def test_bars_stack_to_the_number_sent_and_show_what_failed() -> None:
    chart = timeline([second(0, sent=10, accepted=6, limited=2, failed=1)])

    assert chart is not None
    assert [tone for tone, _, _ in chart.columns[0].bars] == ["plain", "quiet", "warn", "bad"]
    assert sum(height for _, _, height in chart.columns[0].bars) == pytest.approx(1000)


def test_no_second_at_all_is_no_chart() -> None:
    assert timeline([]) is None


def load(**curve: list[list[float]]) -> dict[str, Any]:
    kinds = ("reply", "reply_from_plan", "response", "response_from_plan")
    latency = {"count": 1000, "p50": 1.0, "p99": 2.0, "max": 3.0}
    return {"curves_ms": {k: curve.get(k, []) for k in kinds}, **{f"{k}_ms": latency for k in kinds}}


def test_a_curve_ends_where_its_samples_end() -> None:
    given = [[0.0, 1.0], [50.0, 10.0], [90.0, 100.0], [99.99, 990.0], [100.0, 1000.0]]
    chart = curves(load(reply=given))

    assert chart is not None
    (line,) = chart.lines
    assert [x for x, _ in points(line.path)] == pytest.approx([0, 100.3, 333.3, 1000], abs=0.1)
    assert [y for _, y in points(line.path)] == pytest.approx([1000, 666.7, 333.3, 0], abs=0.1)
    assert line.points[-1][2] == "reply, from the send: the slowest of 1,000 took 1.00 s"


def test_percentile_ticks_give_every_further_nine_the_same_room() -> None:
    chart = curves(load(reply=[[0.0, 1.0], [100.0, 2.0]]))

    assert chart is not None
    assert {tick.label: tick.at for tick in chart.percentile_ticks} == pytest.approx(
        {"0 %": 0, "50 %": 10.03, "90 %": 33.33, "99 %": 66.67, "99.9 %": 100}, abs=0.01
    )


def test_without_a_sample_there_is_no_curve() -> None:
    assert curves(load()) is None


def searched(*probes: tuple[float, str, float, float], **found: Any) -> dict[str, Any]:
    """Probes as (rate, verdict, p50, p99)."""
    rows = [
        {"number": number, "rate": rate, "verdict": verdict, "reply_ms": {"count": 9, "p50": p50, "p99": p99}}
        for number, (rate, verdict, p50, p99) in enumerate(probes, start=1)
    ]
    usual = {
        "rate_per_s": None,
        "limit_per_s": None,
        "bounded_by": "objective",
        "objectives": ["reply_p99<2s", "lost<1%"],
    }
    return {**usual, "probes": rows, **found}


def test_every_probe_stands_at_its_rate_and_the_capacity_where_it_is() -> None:
    probes = ((1, "pass", 100, 200), (4, "fail", 400, 4000), (2, "pass", 200, 300))
    chart = rates(searched(*probes, rate_per_s=2, limit_per_s=4))

    assert chart is not None
    assert [place for place, _ in points(chart.p50)] == [250, 500, 1000]
    marks = [(mark.look, mark.x) for mark in chart.marks]
    assert marks[:3] == [("pass p50", 250), ("pass p50", 500), ("fail p50", 1000)]
    assert (chart.capacity.at, chart.limit) == (50, 100)
    # 100 ms to 5 s: a bound of 2 s is drawn, at its place on a logarithmic axis.
    assert chart.bound.at == pytest.approx(76.57, abs=0.1)


def test_a_line_runs_through_the_worst_probe_of_a_rate() -> None:
    chart = rates(searched((2, "pass", 100, 200), (2, "fail", 300, 1000)))

    assert len(chart.marks) == 4
    assert max(y for _, y in points(chart.p99)) == pytest.approx(min(mark.y for mark in chart.marks))


def test_a_bound_far_above_all_that_was_seen_is_not_drawn() -> None:
    assert rates(searched((1, "pass", 10, 20))).bound is None


def test_rates_far_apart_have_a_logarithmic_axis() -> None:
    assert rates(searched((1, "pass", 1, 2), (100, "fail", 1, 2))).logarithmic
    assert not rates(searched((1, "pass", 1, 2), (20, "fail", 1, 2))).logarithmic


def test_without_a_reply_there_is_nothing_to_draw() -> None:
    nothing = searched((1, "fail", 0, 0))
    nothing["probes"][0]["reply_ms"] = {"count": 0}

    assert rates(nothing) is None

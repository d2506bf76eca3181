"""The picture of two models."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.report.charts.quota import SHOWN, quota
from harness.report.families import NAMES

ReportOf = Callable[[str], Path]


def limits_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "result.json").read_text())["limits"]
    return found


def test_the_right_model_contradicts_nothing_in_the_picture_and_the_next_one_does(report_of: ReportOf) -> None:
    chart = quota(limits_of(report_of("limiter")))
    assert chart is not None
    right, wrong = chart.panels
    assert (right.name, right.wrong) == (NAMES["fixed_window_aligned"], 0)
    assert wrong.wrong > 0
    assert sum("wrong" in mark.look for mark in wrong.marks) == wrong.wrong
    assert len(right.marks) <= SHOWN


def test_every_request_of_the_stretch_has_its_mark(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter"))
    chart = quota(limits)
    assert chart is not None
    admitted = sum(mark.look.startswith("admitted") for mark in chart.panels[0].marks)
    first = int(chart.panels[0].marks[0].title.split()[1].rstrip(",")) - 1
    shown = limits["requests"][first : first + len(chart.panels[0].marks)]
    assert admitted == sum(each["verdict"] == "admitted" for each in shown)


def test_there_is_no_picture_where_there_is_no_model(report_of: ReportOf) -> None:
    assert quota(limits_of(report_of("limiter_none"))) is None
    assert quota(limits_of(report_of("limiter_of_groups"))) is None

"""The picture of two models: one clock with the words, what decides, and nothing that is not so."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.report.charts.bundles import bundles, requests_of
from harness.report.charts.edges import Edges, edges
from harness.report.charts.quota import SHOWN, Panel, quota
from harness.report.charts.scale import Scale
from harness.report.families import NAMES
from harness.report.limits import refutations

ReportOf = Callable[[str], Path]
ACROSS = Scale(0.0, 10.0)
MODEL = {"family": "fixed_window_aligned", "parameters": {"quota": 2, "window": 4.0, "phase": 1.0}, "room": [[0.0, 2]]}


def limits_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "result.json").read_text())["limits"]
    return found


def asked(at: float, verdict: str = "admitted", lasting: float = 0.01) -> dict[str, Any]:
    status = 200 if verdict == "admitted" else 429
    return {"sent_s": at, "received_s": at + lasting, "verdict": verdict, "status": status, "purpose": "burst"}


def drawn(models: list[dict[str, Any]], **more: Any) -> tuple[Panel, ...]:
    """A picture of these models along eight requests, of which the last four were refused."""
    requests = [asked(float(n), "admitted" if n < 4 else "refused") for n in range(8)]
    made = {"algorithm": "fixed_window_aligned", "models": models, "trace": list(range(8)), "requests": requests}
    chart = quota({**made, **more})
    assert chart is not None
    return chart.panels


def model(
    family: str = "fixed_window_aligned", wrong: tuple[int, ...] = (), left: tuple[int, ...] = ()
) -> dict[str, Any]:
    return {**MODEL, "family": family, "mismatches": list(wrong), "left_then": list(left)}


def test_the_right_model_contradicts_nothing_in_the_picture_and_the_next_one_does(report_of: ReportOf) -> None:
    chart = quota(limits_of(report_of("limiter")))
    assert chart is not None
    right, wrong = chart.panels
    assert (right.lead, right.name, right.wrong) == ("It is a", NAMES["fixed_window_aligned"], 0)
    assert right.verdict == "nothing contradicts it"
    assert re.fullmatch(r"5 in each [23]\.\d+ s", right.rule)
    assert wrong.lead == "It is no"
    assert wrong.wrong > 0


def test_every_request_of_the_stretch_is_in_a_stroke(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter"))
    chart = quota(limits)
    assert chart is not None
    strokes = chart.panels[0].bundles
    assert sum(each.count for each in strokes) == min(SHOWN, len(limits["trace"]))


def test_the_axis_counts_from_the_first_request_as_the_table_does(report_of: ReportOf) -> None:
    limits = limits_of(report_of("limiter"))
    chart = quota(limits)
    assert chart is not None
    one, other = (chart.time_ticks[n] for n in (0, -1))
    seconds = [float(tick.label.removesuffix(" s")) for tick in (one, other)]
    for panel in chart.panels:
        for mark in panel.contradictions:
            told = float(re.search(r"([\d.]+) s after the first", mark.title)[1])  # type: ignore[index]
            at = seconds[0] + (mark.x / 10 - one.at) / (other.at - one.at) * (seconds[1] - seconds[0])
            assert at == pytest.approx(told, abs=0.1)
    named = {re.search(r"([\d.]+) s after", words)[1] for *_, words in refutations({"refuted": limits["refuted"]})}  # type: ignore[index]
    assert named <= {f"{each['sent_s']:.3f}" for each in limits["requests"]}


def test_there_is_no_picture_where_there_is_no_model(report_of: ReportOf) -> None:
    assert quota(limits_of(report_of("limiter_none"))) is None
    assert quota(limits_of(report_of("limiter_of_groups"))) is None


def test_a_model_that_requests_contradict_is_only_the_nearest() -> None:
    [panel] = drawn([model(wrong=(5, 6))])
    assert (panel.lead, panel.verdict, panel.tone) == ("Nearest: a", "2 requests contradict it", "warn")


def test_the_next_best_is_no_other_only_where_it_is_refuted() -> None:
    refuted = {"family": "sliding_log", "mismatches": 2, "words": ""}
    _, panel = drawn([model(), model("sliding_log", (5, 6))], refuted=[refuted])
    assert panel.lead == "It is no"
    _, panel = drawn([model(), model("sliding_log", (5,))])
    assert panel.lead == "It is hardly a"
    _, panel = drawn([model(), model("sliding_log")], algorithm="fixed_window_aligned|sliding_log")
    assert (panel.lead, panel.verdict) == ("It may as well be a", "nothing contradicts it")


def test_two_limiters_are_held_against_the_first_alone() -> None:
    layer = {"family": "fixed_window_aligned", "parameters": MODEL["parameters"]}
    both = {**model(), "family": "layers", "parameters": {"first": layer, "second": layer}}
    two, one = drawn([both, model(wrong=(5,))])
    assert (two.lead, two.name) == ("It is", "two limiters")
    assert one.lead == "It is not only a"


def test_one_request_that_decides_is_told_in_words() -> None:
    _, panel = drawn([model(), model("sliding_log", (4, 6), (1, 2))])
    assert panel.call is not None
    assert panel.call.words == "refused here, though 2 were left"
    assert [mark.decisive for mark in panel.contradictions] == [False, True]
    _, panel = drawn([model(), model("sliding_log", (1,), (0,))])
    assert panel.call is not None
    assert panel.call.words == "let in here, though nothing was left"


def test_the_stretch_that_is_shown_is_the_one_that_convinces_most() -> None:
    requests = [asked(float(n), "refused" if n % 10 == 0 else "admitted") for n in range(4 * SHOWN)]
    made = {"algorithm": "fixed_window_aligned", "trace": list(range(len(requests))), "requests": requests}
    numbers = (20, 3 * SHOWN + 20)
    for left, shown in (((1, 9), numbers[1]), ((9, 1), numbers[0])):
        chart = quota({**made, "models": [model(), model("sliding_log", numbers, left)]})
        assert chart is not None
        call = chart.panels[1].call
        assert call is not None
        assert (call.number, call.words) == (shown, "refused here, though 9 were left")


def test_of_an_older_result_the_picture_says_what_it_can() -> None:
    older = {**MODEL, "family": "sliding_log", "mismatches": [5]}
    _, panel = drawn([{**MODEL, "mismatches": []}, older])
    assert panel.call is not None
    assert panel.call.words == "refused here, though some were left"


def test_requests_that_fall_together_are_one_stroke_that_says_how_many() -> None:
    requests = requests_of([*(asked(1 + n / 1e4) for n in range(20)), asked(1.0020, "refused"), asked(5.0)])
    let_in, alone, refused = bundles(requests, ACROSS)
    assert (let_in.look, let_in.count, let_in.label) == ("admitted", 20, "20")
    assert (alone.count, alone.label) == (1, "")
    assert (refused.look, refused.count) == ("refused", 1)
    assert (refused.left, refused.right) == (let_in.left, let_in.right)


def test_numbers_that_would_overlap_are_left_out() -> None:
    requests = [asked(at + n / 1e5, lasting=1e-6) for at in (1.0, 1.1, 2.0) for n in range(9)]
    assert [each.label for each in bundles(requests_of(requests), ACROSS)] == ["9", "", "9"]


def test_the_clock_of_a_window_turns_whoever_sends_what() -> None:
    assert edges("fixed_window_aligned", MODEL["parameters"], [], ACROSS) == Edges(turns=(1.0, 5.0, 9.0))
    batches = {"quota": 9, "batch": 3, "interval": 5.0, "phase": -7.5}
    assert edges("quantised_bucket", batches, [], ACROSS) == Edges(batches=(2.5, 7.5))


def test_more_turns_than_can_be_told_apart_are_not_drawn() -> None:
    assert edges("fixed_window_aligned", {"window": 0.01, "phase": 0.0}, [], ACROSS) == Edges()


def test_a_window_from_the_first_request_begins_with_it_and_the_next_with_who_comes_after_it() -> None:
    trace = requests_of([asked(1.0), asked(2.0), asked(3.0, "refused"), asked(6.0)])
    found = edges("fixed_window_first_hit", {"quota": 2, "window": 3.0}, trace, ACROSS)
    assert found.windows == (pytest.approx((1.005, 4.005)), pytest.approx((6.005, 9.005)))


def test_a_block_begins_with_who_is_refused_and_ends_its_window() -> None:
    trace = requests_of([asked(1.0), asked(2.0, "refused"), asked(3.0, "refused"), asked(7.0)])
    found = edges("penalty_block", {"quota": 1, "window": 4.0, "block": 4.0}, trace, ACROSS)
    assert found.blocks == (pytest.approx((2.005, 6.005)),)
    assert found.windows == (pytest.approx((1.005, 2.005)), pytest.approx((7.005, 11.005)))


def test_a_block_that_is_renewed_ends_so_long_after_the_last_that_was_refused() -> None:
    trace = requests_of([asked(1.0), asked(2.0, "refused"), asked(3.0, "refused"), asked(7.5)])
    parameters = {"quota": 1, "window": 4.0, "block": 4.0, "renewed": True}
    assert edges("penalty_block", parameters, trace, ACROSS).blocks == (pytest.approx((2.005, 7.005)),)


def test_of_parameters_that_are_not_known_nothing_is_drawn() -> None:
    for family in (*NAMES, "layers", "another"):
        assert edges(family, {}, requests_of([asked(1.0)]), ACROSS) == Edges()
        assert drawn([{**model(), "family": family, "parameters": {}}])


def test_a_bucket_has_no_edges() -> None:
    assert edges("token_bucket", {"quota": 5, "interval": 0.2}, requests_of([asked(1.0)]), ACROSS) == Edges()

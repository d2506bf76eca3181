"""What a limiter was to a load run, and whether it was the one that was found: in every format, and only there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.report.console import closing_lines
from harness.report.headline import headline
from harness.report.prediction import brief

ReportOf = Callable[[str], Path]


def load_of(folder: Path) -> dict[str, Any]:
    load: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))["load"]
    return load


def closing(folder: Path) -> str:
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return " ".join("\n".join(closing_lines(result, folder, width=100, colour=False)).split())


def test_every_format_tells_how_much_was_limited_for_how_long_and_whether_it_was_fair(report_of: ReportOf) -> None:
    folder = report_of("limited")
    load = load_of(folder)
    count = load["messages"]["limited"]
    told = f"{count} of 2,400 requests limited"

    assert count > 300
    assert load["limiting"]["requests"]["sendMessage"] == {"asked": 1200, "limited": count}
    assert load["limiting"]["fairness"]["customers"] == 1200
    assert told in closing(folder)
    for name in ("summary.md", "report.html"):
        text = (folder / name).read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
        assert told in text
        assert "Jain" in text
        assert "in seconds in which a request was limited" in text


def test_a_run_in_which_nothing_was_limited_says_nothing_of_it(report_of: ReportOf) -> None:
    folder = report_of("green")

    assert not {"limiting", "prediction"} & set(load_of(folder))
    assert "Limited" not in closing(folder)
    for name in ("summary.md", "report.html"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "Jain" not in text
        assert "that was found" not in text


@pytest.mark.parametrize(
    ("case", "verdict", "words"),
    [
        ("limited", "confirmed", "Confirmed: its rate was reached and not exceeded"),
        ("limited_otherwise", "refuted", "Refuted: more was let in"),
        ("not_limited_as_found", "not_comparable", "Cannot be compared: each session has a quota of its own"),
    ],
)
def test_a_prediction_is_told_with_its_verdict(report_of: ReportOf, case: str, verdict: str, words: str) -> None:
    folder = report_of(case)

    assert load_of(folder)["prediction"]["verdict"] == verdict
    assert words in closing(folder)
    for name in ("summary.md", "report.html"):
        text = (folder / name).read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
        assert words in text
        assert "found in run 20261122T170000Z-aaaa" in text.replace("\\", "")


def test_the_command_that_repeats_the_run_has_its_manners(report_of: ReportOf) -> None:
    assert "--when-limited polite" in (report_of("limited") / "report.html").read_text(encoding="utf-8")
    assert "--when-limited" not in (report_of("green") / "report.html").read_text(encoding="utf-8")


def test_how_much_was_limited_is_in_the_verdict_of_a_run_that_passed_and_beneath_any_other(report_of: ReportOf) -> None:
    result = json.loads((report_of("limited") / "result.json").read_text(encoding="utf-8"))
    told = f"{result['load']['messages']['limited']} of 2,400 requests limited"
    passed, failed = (headline({**result, "verdict": verdict}) for verdict in ("pass", "fail"))

    assert f"objectives, with {told} (" in passed.sentence
    assert not any(told in fact for fact in passed.facts)
    assert failed.facts[0].startswith(told)
    assert "limited" not in headline(json.loads((report_of("green") / "result.json").read_text())).sentence


def test_what_was_sent_again_is_told_as_attempts_and_not_as_messages_that_were_lost(report_of: ReportOf) -> None:
    result = json.loads((report_of("limited") / "result.json").read_text(encoding="utf-8"))
    load = result["load"]
    again = {**load["limiting"], "sent_again": {"requests": 3, "limited": 1}}
    once = {**load["limiting"], "sent_again": {"requests": 0, "limited": 0}}
    accepted = load["messages"]["accepted"]
    several, single = (
        " ".join(headline({**result, "load": {**load, "limiting": each}}).facts) for each in (again, once)
    )

    assert f"{accepted} messages accepted in 1,200 attempts, " in several
    assert f"{accepted} of 1,200 messages accepted, " in single


def test_more_than_the_rate_that_was_let_in_is_told_with_its_reason() -> None:
    told = {
        "verdict": "confirmed",
        "why": "its rate was reached and not exceeded",
        "limits": {"quota": 40},
        "sustainable_per_s": 25.01,
        "let_in_per_s": 26.92,
        "asked": 1817,
        "asked_per_s": 90.92,
        "let_in": 538,
        "most": 549.2,
        "seconds": 20.0,
    }
    reason = "538 in all (more than 25.01 a second, as a quota of 40 stood full at the start)"

    assert (brief({"prediction": told}) or "").endswith(reason)
    for changed in ({"let_in_per_s": 24.9}, {"verdict": "refuted"}):
        assert "stood full" not in (brief({"prediction": {**told, **changed}}) or "")

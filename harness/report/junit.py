"""junit.xml: what CI servers read. A case for every requirement, every objective, the validity of a load run, and the
rate limiter that was found.

The structure is the one that Jenkins publishes: testsuites, testsuite, testcase, and in a case at most one of failure,
error or skipped. Only what decides the run is a failure or an error, so that a CI server and the exit code agree; the
rest that is not green is skipped, with its reason.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from harness.report import capacity, limits
from harness.report.clauses import is_flaky, stands_on, state_of, status_of, why, why_excused
from harness.report.evidence import exhibits
from harness.report.figures import objective_value
from harness.report.headline import could_not_run_reasons
from harness.report.legible import one_line
from harness.report.numerals import between

NAME = "junit.xml"
# Of each text of evidence, and of a message: characters.
MOST_EVIDENCE = 4000
MOST_MESSAGE = 500

Result = Mapping[str, Any]


def render(result: Result) -> str:
    suites = ET.Element("testsuites", name="harness")
    if "requirements" in result:
        _suite(suites, result, "conform", [_requirement(row) for row in result["requirements"]])
    if "load" in result:
        _suite(suites, result, "load", list(_load(result["load"])))
    if "capacity" in result:
        _suite(suites, result, "load", [_capacity(result)])
    if "limits" in result:
        _suite(suites, result, "limits", [_limiter(result)])
    if reasons := could_not_run_reasons(result):
        _suite(suites, result, "run", [_unfinished(reasons)])
    for count in ("tests", "failures", "errors", "skipped"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _suite(suites: ET.Element, result: Result, name: str, cases: list[ET.Element]) -> None:
    phase = result["phases"].get(name, result)
    suite = ET.SubElement(
        suites,
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        timestamp=phase["started"].partition(".")[0],
        time=f"{between(phase['started'], phase.get('finished', result['finished'])):.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(result):
        ET.SubElement(properties, "property", name=key, value=one_line(value, MOST_MESSAGE))
    suite.extend(cases)


def _properties(result: Result) -> Iterator[tuple[str, object]]:
    yield "run", result["run_id"]
    yield "target", result["target"].get("base_url", "")
    yield "seed", result["seed"]
    yield "strict", str(result["strict"]).lower()
    yield "verdict", result["verdict"]


def _requirement(row: Mapping[str, Any]) -> ET.Element:
    case = _case(f"conformance.{row['level']}", f"{row['id']} {row['clause']}")
    case.set("assertions", str(row["exercised"]))
    text = "\n\n".join(_evidence(row))
    match row["verdict"], row["red"]:
        case "pass", True:
            _mark(case, "failure", row["known"]["told"], "known failure is gone", text)
        case "pass", False:
            pass
        case "observed", _:
            ET.SubElement(case, "system-out").text = "\n\n".join(filter(None, (row["reason"], text)))
        case "fail", True:
            _mark(case, "failure", _message(row), "flaky" if is_flaky(row) else "broken", text)
        case verdict, True:
            _mark(case, "error", why(row) or "no reason was given", verdict, text)
        case verdict, False:
            _mark(case, "skipped", _why_not_counted(row, verdict))
            if verdict == "fail":
                ET.SubElement(case, "system-out").text = text
    return case


def _message(row: Mapping[str, Any]) -> str:
    return ("FLAKY: " if is_flaky(row) else "") + (why(row) or row["clause"])


def _why_not_counted(row: Mapping[str, Any], verdict: str) -> str:
    reason = why(row) or "no reason was given"
    if state_of(row) == "known":
        return f"{status_of(row).word}: {'; '.join(filter(None, (row['known']['told'], row['reason'])))}"
    if verdict == "fail":
        return f"{'FLAKY' if is_flaky(row) else 'broken'}, and not counted without --strict: {reason}"
    excuse = why_excused(row)
    return f"{verdict.replace('_', ' ')}: {reason}" + (f" ({excuse})" if excuse else "")


def _evidence(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"{row['id']} ({row['level']}): {row['clause']}\n({stands_on(row)})"
    for exhibit in exhibits(row, MOST_EVIDENCE):
        head = ", ".join([f"check {exhibit.check}: {exhibit.outcome}", *exhibit.marks])
        yield "\n".join([head, *(f"{label}:\n{text}" for label, text in exhibit.texts)])
    if "reproduce" in row:
        yield f"Again:\n{row['reproduce']}"


def _load(load: Mapping[str, Any]) -> Iterator[ET.Element]:
    for objective in load["objectives"]:
        case = _case("load.objective", objective["objective"])
        if objective["verdict"] == "fail":
            _mark(case, "failure", f"{objective['objective']} was missed: {objective_value(objective)}", "missed")
        yield case
    validity = load["validity"]
    case = _case("load.validity", "the harness was not the bottleneck")
    if validity["verdict"] == "invalid":
        _mark(case, "error", "; ".join(validity["reasons"]), "invalid")
    elif validity["reasons"]:
        ET.SubElement(case, "system-out").text = "\n".join((validity["verdict"], *validity["reasons"]))
    yield case


def _capacity(result: Result) -> ET.Element:
    """A search is one case: a rate that is borne was found, or not. The probes are told in it."""
    found = result["capacity"]
    case = _case("load.capacity", "a rate of new customers that is borne")
    told = "\n".join(f"{probe['rate']:g}/s {capacity.told(probe)}" for probe in capacity.by_rate(found))
    if result["phases"]["load"]["verdict"] == "fail":
        _mark(case, "failure", capacity.sentence(found), "missed", told)
    elif result["phases"]["load"]["verdict"] in ("invalid", "not_exercised"):
        _mark(case, "error", capacity.sentence(found), result["phases"]["load"]["verdict"], told)
    else:
        ET.SubElement(case, "system-out").text = f"{capacity.sentence(found)}\n{told}".strip()
    return case


def _limiter(result: Result) -> ET.Element:
    """An inquiry is one case: something was found out, be it that no limit was seen. It decides a run of its own only,
    and one that did not come to its end has a case of its own that says so."""
    found, verdict = result["limits"], result["phases"]["limits"]["verdict"]
    case = _case("limits.inquiry", "the rate limiter was looked for")
    if verdict == "not_exercised" and result["kind"] == "limits":
        _mark(case, "error", limits.untold(found), verdict)
    elif verdict != "pass":
        _mark(case, "skipped", limits.sentence(found))
    else:
        ET.SubElement(case, "system-out").text = "\n".join((f"{limits.sentence(found)}.", *limits.facts(found)))
    return case


def _unfinished(reasons: list[str]) -> ET.Element:
    case = _case("run.ending", "the run came to its end")
    _mark(case, "error", reasons[0], "could_not_run", "\n".join(reasons))
    return case


def _case(classname: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=classname, name=one_line(name, MOST_MESSAGE))


def _mark(case: ET.Element, mark: str, message: str, kind: str | None = None, text: str | None = None) -> None:
    element = ET.SubElement(case, mark, message=one_line(message, MOST_MESSAGE))
    if kind:
        element.set("type", kind)
    element.text = text

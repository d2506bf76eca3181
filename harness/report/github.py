"""A gate's findings as workflow commands of GitHub Actions: an annotation for each, at the line of its clause.

An error where the requirement counts, a warning where it does not or is known to fail. A command is one line; what
would end it, or its title, is escaped, so that nothing that a target says becomes a command.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.report.clauses import Row, reds, stands_on, status_of, why
from harness.report.evidence import first_text
from harness.report.legible import one_line
from harness.report.lines import CONTRACT, Places

# Of a request or response in an annotation: characters. A code host shows a few lines.
MOST_EVIDENCE = 400


def annotations(result: Mapping[str, Any], places: Places) -> list[str]:
    """A line for each requirement that is red, the gravest first, then for each failure that does not count."""
    rows = result.get("requirements", ())
    red = reds(rows)
    rest = [row for row in rows if row["verdict"] == "fail" and not row["red"]]
    return [_annotation("error", row, places) for row in red] + [_annotation("warning", row, places) for row in rest]


def _annotation(kind: str, row: Row, places: Places) -> str:
    line = places.of_clause(row)
    properties = {"file": CONTRACT, **({} if line is None else {"line": line}), "title": row["id"]}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = "\n".join(_told(row))
    return f"::{kind} {given}::{_data(message)}"


def _told(row: Row) -> Iterator[str]:
    yield f"{status_of(row).word}: {one_line(row['clause'], 500)}"
    if reason := why(row):
        yield one_line(reason, 500)
    for label, key in (("sent", "curl"), ("answered", "response")):
        if row["verdict"] == "fail" and (text := first_text(row, key)):
            yield f"{label}: {one_line(text, MOST_EVIDENCE)}"
    yield stands_on(row)
    if "reproduce" in row:
        yield f"again: {one_line(row['reproduce'])}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")

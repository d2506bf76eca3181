"""From the journal in a run's folder to its report, in every format."""

from pathlib import Path
from typing import Any

from harness.recording.reader import join, read_run
from harness.report import html, junit, result_json, sarif, summary
from harness.report.legible import cleaned, legible
from harness.report.lines import places
from harness.result import result_of
from harness.secret import Redactor


def write_report(folder: Path, redactor: Redactor | None = None) -> dict[str, Any]:
    """Joins the parts of the run's journal, judges it and writes every format into `folder`; returns the result.

    The same journal gives the same bytes. gate.sarif is there only where a gate ran. Raises JournalError where the
    folder holds no journal of a run.
    """
    join(folder)
    result: dict[str, Any] = cleaned(result_of(read_run(folder)), redactor or Redactor())
    shown = legible(result)
    texts = {result_json.NAME: result_json.render(result)}
    texts |= {page.NAME: page.render(shown) for page in (junit, summary, html)}
    if "requirements" in shown:
        texts[sarif.NAME] = sarif.render(shown, places())
    for name, text in texts.items():
        _replace(folder / name, text)
    return result


def _replace(path: Path, text: str) -> None:
    """Writes the file as a whole or not at all: whoever watches the folder never sees half a report."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    unfinished.replace(path)

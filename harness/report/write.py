"""From the journal in a run's folder to its report, in every format."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.events import Began, Ended
from harness.journal import Part
from harness.recording.reader import join, open_run, undisturbed
from harness.recording.shelf import shelves
from harness.report import html, junit, result_json, sarif, summary
from harness.report.legible import cleaned, legible
from harness.report.lines import places
from harness.result import result_of
from harness.secret import Redactor

# Where the report of a run that still goes on lies, in the run's folder.
SO_FAR = "so-far"


def write_report(folder: Path, redactor: Redactor | None = None) -> dict[str, Any]:
    """Joins the parts of the run's journal, judges it and writes every format into `folder`; returns the result.

    The same journal gives the same bytes, and what was written of the run while it went on is removed. gate.sarif is
    there only where a gate ran. Raises JournalError where the folder holds no journal of a run.
    """
    join(folder)
    parts = open_run(folder)
    with shelves(folder) as room:
        result: dict[str, Any] = cleaned(result_of(parts, room), redactor or Redactor())
    _write(folder, result)
    shutil.rmtree(folder / SO_FAR, ignore_errors=True)
    return result


def write_so_far(folder: Path, redactor: Redactor | None = None) -> dict[str, Any]:
    """Judges a run that still goes on, on this host, as if it ended now; returns the result.

    Every format is written into `folder`/so-far, and the run's journal is left as it is. Raises JournalError as
    write_report does.
    """
    with undisturbed(folder):
        parts = _ended(open_run(folder), time.monotonic_ns())
        (folder / SO_FAR).mkdir(exist_ok=True)
        with shelves(folder / SO_FAR) as room:
            result: dict[str, Any] = cleaned({**result_of(parts, room), "so_far": True}, redactor or Redactor())
    _write(folder / SO_FAR, result)
    return result


def _ended(parts: Sequence[Part], now: int) -> list[Part]:
    """The parts of a run, every phase of which is over at `now`. A line that is just being written is no damage."""
    events = [event for part in parts for event in part.milestones]
    over = {event.phase for event in events if isinstance(event, Ended)}
    header = parts[0].header
    wall = header.wall_ns + now - header.monotonic_ns
    ends = [
        Part(replace(header, phase=event.phase), (Ended(now, wall, event.phase, "completed"),))
        for event in events
        if isinstance(event, Began) and event.phase not in over
    ]
    return [replace(part, torn=0) for part in parts] + ends


def _write(folder: Path, result: dict[str, Any]) -> None:
    shown = legible(result)
    texts = {result_json.NAME: result_json.render(result)}
    texts |= {page.NAME: page.render(shown) for page in (junit, summary, html)}
    if "requirements" in shown:
        texts[sarif.NAME] = sarif.render(shown, places())
    for name, text in texts.items():
        _replace(folder / name, text)


def _replace(path: Path, text: str) -> None:
    """Writes the file as a whole or not at all: whoever watches the folder never sees half a report."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    unfinished.replace(path)

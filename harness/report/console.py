"""The last lines of a command on a terminal: the verdict first, what is red, the key figures, where the report is."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.report import capacity, html, limiting, prediction
from harness.report.clauses import listed, reds, stands_on, status_of, untried, why
from harness.report.evidence import exhibits, first_text
from harness.report.figures import LATENCY_ROWS, by_number, contract_told, objective_value, written
from harness.report.headline import could_not_run_reasons, headline
from harness.report.legible import legible, one_line
from harness.report.numerals import count, milliseconds
from harness.report.sums import sums_of

# What is told here; the rest is in the report, and the last line of each list says so.
MOST_REDS = 5
MOST_FAILURES = 4
MARGIN = 13

_TONES = {"confirmed": "good", "refuted": "bad", "not_tested": "warn"}
_CODES = {"good": "32", "bad": "31", "warn": "33", "odd": "35", "halt": "36"}


def closing_lines(result: Mapping[str, Any], folder: Path, width: int, colour: bool) -> list[str]:
    """Lines without a line break in them, none wider than `width` where words allow it. ANSI codes only in `colour`,
    and never one that a target sent."""
    page = _Page(width=max(width, 60), colour=colour)
    shown = legible(result)
    page.verdict(shown)
    page.reds(shown)
    page.untried(shown)
    if "load" in shown:
        page.load(shown["load"])
    if "capacity" in shown:
        page.capacity(shown["capacity"])
    page.lines += [""] if shown.get("requirements") and "load" not in shown else []
    page.say("Report", str(legible(str(folder / html.NAME))))
    return page.lines


class _Page:
    """Lines with a label in the margin."""

    def __init__(self, width: int, colour: bool) -> None:
        self.lines: list[str] = []
        self._width = width
        self._colour = colour

    def say(self, label: str, text: str, tone: str | None = None) -> None:
        """A paragraph; only its label is coloured."""
        wrapped = textwrap.wrap(text, self._width - MARGIN, break_on_hyphens=False) or [""]
        self.lines.append(self._tint(f"{label:<{MARGIN - 1}}", tone) + " " + wrapped[0])
        self.lines += [" " * MARGIN + line for line in wrapped[1:]]

    def verdict(self, result: Mapping[str, Any]) -> None:
        head = headline(result)
        self.lines.append("")
        said = head.sentence if head.sentence.startswith(head.title) else f"{head.title}: {head.sentence}"
        sentence = textwrap.wrap(said, self._width, break_on_hyphens=False)
        self.lines += [self._tint(line, html.TONES[result["verdict"]], bold=True) for line in sentence]
        self.lines.append("")
        for fact in head.facts:
            self.say("", one_line(fact))
        for reason in could_not_run_reasons(result)[1:]:
            self.say("", one_line(reason))

    def reds(self, result: Mapping[str, Any]) -> None:
        rows = result.get("requirements", ())
        red, known = reds(rows), listed(rows)
        for row in red[:MOST_REDS]:
            self.lines.append("")
            self._red(row)
        if len(red) > MOST_REDS:
            self.say("", f"and {count(len(red) - MOST_REDS)} more: see the report")
        self.lines += [""] if known else []
        for row in known[:MOST_REDS]:
            text = f"{status_of(row).word}: {one_line(row['known']['told'], 200)}"
            self.say(one_line(row["id"], 12), text, "warn")
        if len(known) > MOST_REDS:
            self.say("", f"and {count(len(known) - MOST_REDS)} more that are known: see the report")

    def untried(self, result: Mapping[str, Any]) -> None:
        reasons = untried(result.get("requirements", ()))
        self.lines += [""] if reasons else []
        for number, (reason, ids) in enumerate(list(reasons.items())[:MOST_FAILURES]):
            self.say("" if number else "Not tried", f"{', '.join(map(one_line, ids))}: {one_line(reason, 200)}")

    def _red(self, row: Mapping[str, Any]) -> None:
        self.say(one_line(row["id"], 12), f"{status_of(row).word}: {one_line(row['clause'])}", "bad")
        if reason := why(row):
            self.say("", one_line(reason, 200))
        for label, key in (("sent", "curl"), ("answered", "response")):
            if text := first_text(row, key):
                self.say("", f"{label}: {one_line(text, 120)}")
        marks = [
            mark for exhibit in exhibits(row, 0)[:1] for mark in exhibit.marks[:1] if exhibit.reproduced is not None
        ]
        self.say("", "; ".join([stands_on(row), *marks]))
        if "reproduce" in row:
            self.say("", f"again: {one_line(row['reproduce'])}")

    def load(self, load: Mapping[str, Any]) -> None:
        self.lines.append("")
        self._table(
            ("Latency, ms", "samples", "p50", "p90", "p99", "p99.9", "max"),
            [
                (
                    label,
                    count(load[key]["count"]),
                    *(milliseconds(load[key].get(name)) for name in ("p50", "p90", "p99", "p99_9", "max")),
                )
                for key, label in LATENCY_ROWS.items()
            ],
        )
        self.lines.append("")
        for number, total in enumerate(sums_of(load)):
            self.say("" if number else "Adds up", written(total), None if total.holds else "bad")
        if told := contract_told(load):
            self.say("Contract", told, "warn" if load["contract"]["broken"] else None)
        if limited := limiting.brief(load):
            self.say("Limited", limited, "warn")
        if predicted := prediction.brief(load):
            self.say("Prediction", predicted, _TONES.get(load["prediction"]["verdict"]))
        for number, objective in enumerate(load["objectives"]):
            met = objective["verdict"] == "pass"
            text = f"{'met' if met else 'MISSED':<7} {one_line(objective['objective'])}: {objective_value(objective)}"
            self.say("" if number else "Objectives", text, "good" if met else "bad")
        for number, (reason, times) in enumerate(by_number(load["failures"])[:MOST_FAILURES]):
            self.say("" if number else "Failures", f"{count(times)} x {one_line(reason, 160)}", "warn")
        validity = load["validity"]
        tone = {"valid": "good", "degraded": "warn"}.get(validity["verdict"], "odd")
        if clocks := validity.get("clocks"):
            worst = max(clock["bound_ms"] for clock in clocks)
            self.say("Clocks", f"of {len(clocks)} other machines; latencies are right to within ± {worst:.2f} ms")
        self.say("Figures", ": ".join([validity["verdict"], "; ".join(validity["reasons"])]).rstrip(": "), tone)

    def capacity(self, found: Mapping[str, Any]) -> None:
        self.lines.append("")
        probes = capacity.by_rate(found)
        if probes:
            self._table(capacity.TABLE, [capacity.row(probe) for probe in probes])
            self.lines.append("")

    def _table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.lines += list(_aligned([head, *rows]))

    def _tint(self, text: str, tone: str | None, bold: bool = False) -> str:
        if not self._colour or tone is None:
            return text
        return f"\x1b[{'1;' if bold else ''}{_CODES[tone]}m{text}\x1b[0m"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        numbers = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join([f"{row[0]:<{widths[0]}}", *numbers]).rstrip()

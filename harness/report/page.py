"""What report.html shows, gathered: the template only places it."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.capacity import SCENARIO
from harness.report import junit, result_json, sarif, summary
from harness.report.clauses import Row, Status, Tally, area_of, reds, status_of, tallies
from harness.report.evidence import Exhibit, exhibits

# Of each text of evidence: characters. The rest is in result.json.
MOST_EVIDENCE = 4000

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One requirement as it is shown."""

    row: Row
    status: Status
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The requirements of one level, by area, in the order of the result."""

    tally: Tally
    areas: tuple[tuple[str, tuple[Entry, ...]], ...]

    @property
    def entries(self) -> list[Entry]:
        return [entry for _, entries in self.areas for entry in entries]


def red_entries(rows: Sequence[Row]) -> list[Entry]:
    return [_entry(row) for row in reds(rows)]


def levels(rows: Sequence[Row]) -> list[Level]:
    return [_level(tally, [row for row in rows if row["level"] == tally.level]) for tally in tallies(rows)]


def command_of(result: Result) -> str:
    """The command that does this run again, ready to paste; the key comes from the environment, as ever."""
    if result["kind"] in ("conform", "limits"):
        load: Mapping[str, Any] = {}
    else:
        load = result.get("capacity") or result.get("load", {})
    target, scenario = result["target"], [str(load.get("scenario", SCENARIO))] if result["kind"] == "load" else []
    verb = ["harness", result["kind"], *scenario]
    options = {
        "--base-url": target.get("base_url"),
        "--client-id": target.get("client_id"),
        "--other-client-id": target.get("other_client_id"),
        "--public-url": target.get("public_url"),
        "--session-ttl": target.get("session_ttl"),
        "--reply-timeout": target.get("reply_timeout"),
        "--max-rate": target.get("max_rate"),
        "--customers": load.get("customers") or None,
        "--arrival-rate": load.get("arrival_rate"),
        "--connections": _connections(load),
        "--in-flight": _unusual(load, "in_flight", 1),
        "--when-limited": _unusual(load, "when_limited", "drop"),
        "--limits": _limits(load),
        "--workers": _unusual(load, "workers", 0),
        "--sinks": _unusual(load, "sinks", 1),
        "--duration": load.get("planned_s") or None,
        "--probe-duration": load.get("probe_s"),
        "--think": load.get("think_s"),
        "--seed": result["seed"],
    }
    if result["kind"] == "limits" and (budget := result["limits"].get("budget")):
        options |= _of_budget(budget)
    if result["kind"] == "limits":
        options = {flag: value for flag, value in options.items() if flag not in _OF_REPLIES}
    if target.get("embedded"):
        options = {flag: value for flag, value in options.items() if flag not in _OF_A_TARGET}
    if result["kind"] == "run":
        options = {flag: value for flag, value in options.items() if flag not in _OF_A_LOAD}
    lines = [verb, *([flag, _argument(value)] for flag, value in options.items() if value is not None)]
    lines += [["--objective", text] for text in _objectives(load)]
    lines += [["--poisson"]] if load.get("spacing") == "poisson" else []
    lines += [["--abort-early"]] if load.get("abort_early") else []
    lines += [["--strict"]] if result["strict"] and result["kind"] != "limits" else []
    return " \\\n  ".join(map(shlex.join, lines))


def _of_budget(budget: Mapping[str, Any]) -> dict[str, object]:
    """The default one needs no word; one without a name, as those of old, is told by its caps."""
    if name := budget.get("name"):
        return {"--budget": None if name == "standard" else name}
    return {"--most-requests": budget["requests"], "--most-time": budget["seconds"]}


def _limits(load: Mapping[str, Any]) -> object:
    """Where the limiter was found that the run puts to the test; in a run of old, where that is by default."""
    found = (load.get("prediction") or {}).get("limits")
    return found.get("given") or f"reports/{found.get('run_id')}" if found else None


def _objectives(load: Mapping[str, Any]) -> list[str]:
    return [each if isinstance(each, str) else each["objective"] for each in load.get("objectives", ())]


def _unusual(load: Mapping[str, Any], name: str, usual: int | str) -> object:
    """Nothing where it is as it is without the option, or in a run of old."""
    return None if load.get(name) in (None, usual) else load[name]


def _connections(load: Mapping[str, Any]) -> object:
    """Nothing of a run of old, which does not say."""
    return (load["connections"] or "per-customer") if "connections" in load else None


def _argument(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


# What only `harness load` takes.
_OF_A_LOAD = ("--connections", "--think", "--in-flight", "--when-limited", "--limits", "--workers", "--sinks")
# What means nothing to `harness limits`, which listens to no replies.
_OF_REPLIES = ("--public-url", "--session-ttl", "--reply-timeout")
# What an embedded sandbox gives itself.
_OF_A_TARGET = ("--base-url", "--client-id", "--other-client-id", "--public-url", "--session-ttl")


_FILES = (
    (result_json.NAME, "everything shown here, for programs"),
    (junit.NAME, "the same as test cases, for CI servers"),
    (sarif.NAME, "what the gate found, for code hosts and editors"),
    (summary.NAME, "the same on one page, for a CI job's summary"),
    ("journal.ndjson", "every event of the run, a line each (.gz where it is large): all of the above comes from it"),
)


def files_of(result: Result) -> list[tuple[str, str]]:
    """The files beside report.html, each with what it is for."""
    return [(name, what) for name, what in _FILES if name != sarif.NAME or "requirements" in result]


def _level(tally: Tally, rows: Sequence[Row]) -> Level:
    areas: dict[str, list[Entry]] = {}
    for row in rows:
        areas.setdefault(area_of(row), []).append(_entry(row))
    return Level(tally, tuple((name, tuple(entries)) for name, entries in areas.items()))


def _entry(row: Row) -> Entry:
    return Entry(row, status_of(row), tuple(exhibits(row, MOST_EVIDENCE)))

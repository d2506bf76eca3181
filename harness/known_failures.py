"""Failures that a team knows of, each with an owner and a day on which it stops being an excuse.

Pure: the file's text is a parameter. It is YAML, a list of mappings:

    - requirement: MSG-3            an id of contracts/requirements.yaml that can fail
      reason: ticket 4711           why it is broken and why that is borne
      owner: team-chat              who mends it
      expires: 2026-12-31           the last day (UTC) on which it is borne

What a listed failure comes to is judged in `harness/verdict.py`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from harness.errors import UsageError
from harness.requirements import Requirement

FILE = "known-failures.yaml"
_FIELDS = ("requirement", "reason", "owner", "expires")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """One entry. `expires` is the last day, in UTC, on which the failure is borne."""

    requirement: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class KnownFailures:
    """All entries, at most one a requirement, and the name of their file as it was given."""

    entries: tuple[KnownFailure, ...] = ()
    file: str = FILE

    def of(self, requirement: str) -> KnownFailure | None:
        return next((entry for entry in self.entries if entry.requirement == requirement), None)

    def described(self) -> dict[str, Any]:
        """As plain data, for a journal."""
        rows = [{name: str(getattr(entry, name)) for name in _FIELDS} for entry in self.entries]
        return {"file": self.file, "entries": rows}


def from_journal(described: Mapping[str, Any] | None) -> KnownFailures:
    """What `described` gave; None where the journal has none."""
    if not described:
        return KnownFailures()
    entries = (KnownFailure(**{**row, "expires": date.fromisoformat(row["expires"])}) for row in described["entries"])
    return KnownFailures(tuple(entries), described["file"])


def load(text: str, requirements: Iterable[Requirement], file: str = FILE) -> KnownFailures:
    """The entries in `text`. Raises UsageError, naming the entry, for anything that it cannot be."""
    try:
        # Values as they are written: what looks like a number stays a text, and a day that cannot be is ours to tell.
        rows = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise UsageError(f"{file}: no YAML: {error}") from None
    if not rows:
        return KnownFailures(file=file)
    if not isinstance(rows, list):
        raise UsageError(f"{file}: takes a list of mappings with {', '.join(_FIELDS)}")
    levels = {requirement.id: requirement.level for requirement in requirements}
    entries: list[KnownFailure] = []
    for number, row in enumerate(rows, start=1):
        complaint = _complaint(row, levels) or _twice(row, entries)
        if complaint:
            raise UsageError(f"{file}: {_name(row, number)}: {complaint}")
        entries.append(KnownFailure(**{**row, "expires": date.fromisoformat(row["expires"])}))
    return KnownFailures(tuple(entries), file)


def _name(row: Any, number: int) -> str:
    named = row.get("requirement") if isinstance(row, dict) else None
    return f"entry {number}" + (f" ({named})" if isinstance(named, str) and named else "")


def _complaint(row: Any, levels: Mapping[str, str]) -> str | None:
    if not isinstance(row, dict):
        return f"takes a mapping with {', '.join(_FIELDS)}"
    if unknown := row.keys() - set(_FIELDS):
        return f"there is no field {min(unknown)!r}; an entry has {', '.join(_FIELDS)}"
    for field in _FIELDS:
        if not isinstance(row.get(field), str) or not row[field].strip():
            return f"{field} is missing" if not row.get(field) else f"{field} is a text"
    if row["requirement"] not in levels:
        return f"there is no requirement {row['requirement']!r}; `harness conform --list` prints them all"
    if levels[row["requirement"]] == "OBSERVE":
        return "an OBSERVE never fails, so there is no failure to know of"
    return _no_date(row["expires"])


def _no_date(text: str) -> str | None:
    try:
        if _ISO.fullmatch(text):
            date.fromisoformat(text)
            return None
    except ValueError:
        pass
    return f"expires is a day such as 2026-12-31, not {text!r}"


def _twice(row: Mapping[str, str], entries: Iterable[KnownFailure]) -> str | None:
    listed = any(entry.requirement == row["requirement"] for entry in entries)
    return f"{row['requirement']} is listed already; one entry a requirement" if listed else None

"""What the API must do, as numbered requirements: the table behind the gate, the list and the report.

Pure: the table's text is a parameter. It is YAML, a list of mappings with the fields of `Requirement`.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import yaml

from harness.errors import UsageError
from harness.yaml_text import parsed

Level = Literal["MUST", "SHOULD", "OBSERVE"]
LEVELS: tuple[Level, ...] = get_args(Level)
LISTS = ("checks", "mutants")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One clause. `checks` are the names of the checks that decide it, any failing one for all of them; `mutants` are
    the sandbox's faults that break it, and prove them.

    `quote` is the document's own sentence, word for word; without one the clause is our reading. `place` is a JSON
    pointer into openapi.yaml. `needs` names what a run must have for it to be tried (a setting of the profile, or
    something that the target shows); `stands_in` is the requirement whose verdict counts where that is missing.
    """

    id: str
    level: Level
    clause: str
    place: str
    checks: tuple[str, ...]
    quote: str | None = None
    needs: str | None = None
    stands_in: str | None = None
    mutants: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """As plain data, for a journal."""
        return {**asdict(self), "checks": list(self.checks), "mutants": list(self.mutants)}


def load(text: str) -> tuple[Requirement, ...]:
    """The table in `text`. Raises UsageError, naming the requirement, for anything that it cannot be."""
    try:
        rows = parsed(text)
    except yaml.YAMLError as error:
        raise UsageError(f"the requirements are no YAML: {error}") from None
    if not isinstance(rows, list):
        raise UsageError("the requirements are a list, one mapping each")
    table = tuple(_row(row) for row in rows)
    ids = [requirement.id for requirement in table]
    for requirement in table:
        if ids.count(requirement.id) > 1:
            raise UsageError(f"requirement {requirement.id} is there twice")
        if requirement.stands_in is not None and requirement.stands_in not in ids:
            raise UsageError(f"requirement {requirement.id}: nothing is called {requirement.stands_in!r} to stand in")
    return table


def _row(row: Any) -> Requirement:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise UsageError(f"a requirement is a mapping with an id, and this is none: {row!r:.80}")
    complaint = _complaint(row)
    if complaint:
        raise UsageError(f"requirement {row['id']}: {complaint}")
    lists = {name: tuple(row.get(name, ())) for name in LISTS}
    return Requirement(**{**row, **lists})


def _complaint(row: dict[str, Any]) -> str | None:
    fields = Requirement.__dataclass_fields__
    missing = {"id", "level", "clause", "place", "checks"} - row.keys()
    if missing:
        return f"{min(missing)} is missing"
    if unknown := row.keys() - fields.keys():
        return f"there is no field {min(unknown)!r}"
    if row["level"] not in LEVELS:
        return f"level is one of {', '.join(LEVELS)}, not {row['level']!r}"
    for name in LISTS:
        given = row.get(name, [])
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            return f"{name} is a list of names"
    texts = (row[name] for name in row if name not in (*LISTS, "id"))
    if not all(isinstance(text, str) and text.strip() for text in texts):
        return "every field but checks and mutants is a text"
    return None

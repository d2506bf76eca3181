"""Evidence of several cases of one kind as a small table: a row for each case, a column for each figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Of one table: the rest is in result.json.
MOST_ROWS, MOST_COLUMNS = 24, 8


@dataclass(frozen=True, slots=True)
class CardTable:
    """`columns` have no name for that of the cases. All text is in words already."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Fact = Callable[[str, Any], tuple[str, str]]


def table_of(value: Any, fact: Fact) -> CardTable | None:
    """None for what is no table. `fact` puts a name and its value into words."""
    cases = _cases(value)
    if not cases or len(cases) > MOST_ROWS:
        return None
    names = list(dict.fromkeys(name for figures in cases.values() for name in figures))
    if not names or len(names) > MOST_COLUMNS:
        return None
    rows = [
        (case, *(fact(name, figures[name])[1] if name in figures else "" for name in names))
        for case, figures in cases.items()
    ]
    return CardTable(tuple(fact(name, None)[0] for name in names), tuple(rows))


def _cases(value: Any) -> Mapping[str, Mapping[str, Any]] | None:
    """A mapping of cases to their figures, also where each case has several sides, as in {"429": {"told": {…}}}."""
    if not isinstance(value, Mapping) or not value or not all(isinstance(each, Mapping) for each in value.values()):
        return None
    if all(_are_figures(each) for each in value.values()):
        return value
    sides = {f"{case}, {side}": figures for case, each in value.items() for side, figures in each.items()}
    if all(isinstance(each, Mapping) and _are_figures(each) for each in sides.values()):
        return sides
    return None


def _are_figures(value: Mapping[str, Any]) -> bool:
    """Whether each is plain, or a list of what is plain."""
    items = (item for each in value.values() for item in (each if isinstance(each, list) else [each]))
    return not any(isinstance(item, list | Mapping) for item in items)

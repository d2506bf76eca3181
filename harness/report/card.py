"""The behaviour card as it is shown: its points by area, and their evidence, which is any plain data, as words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from harness.report.card_table import CardTable, table_of
from harness.report.clauses import Status
from harness.report.evidence import as_text
from harness.report.legible import cut, one_line

# Areas in the order of the card, each with what the place of a point in openapi.yaml holds. The first that fits.
AREAS = {
    "Rate limits": ("RateLimited", "/429"),
    "Sender of replies": ("#/webhooks",),
    "Webhooks": ("~1webhooks", "RegisterWebhook"),
    "Messages": ("~1messages", "SendMessage"),
    "Sessions": ("~1sessions/post", "CreateSession", "Session", "Customer"),
    "HTTP": ("",),
}
ORDER = ("Sessions", "Messages", "Webhooks", "Sender of replies", "Rate limits", "HTTP")
STATUS = {
    "observed": Status("observed", "seen"),
    "not observed": Status("not observed", "plain"),
    "inconclusive": Status("inconclusive", "quiet"),
}
# Of a point's evidence: facts told, and characters of each. The rest is in result.json.
MOST_FACTS = 12
MOST_TEXT = 600

Point = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """One piece of evidence, by its name: a table where it is of several cases of one kind, and else a text."""

    name: str
    text: str
    table: CardTable | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One point. The text of a fact that is no plain value is as_text's."""

    point: Point
    status: Status
    facts: tuple[Fact, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Card:
    """Points by area, in each the inconclusive last, and the number of points by finding."""

    areas: tuple[tuple[str, tuple[Entry, ...]], ...]
    counts: Mapping[str, int]


def card_of(result: Mapping[str, Any]) -> Card | None:
    """None where no gate ran, or where it left no point open."""
    points = result.get("behaviour")
    if not points:
        return None
    where = {row["id"]: str(row.get("place") or "") for row in result["requirements"]}
    areas: dict[str, list[Entry]] = {name: [] for name in ORDER}
    for point in sorted(points, key=lambda point: point["finding"] == "inconclusive"):
        areas[area_of(where.get(point["id"], ""))].append(_entry(point))
    counts = {finding: sum(point["finding"] == finding for point in points) for finding in STATUS}
    return Card(tuple((name, tuple(entries)) for name, entries in areas.items() if entries), counts)


def area_of(place: str) -> str:
    return next(name for name, signs in AREAS.items() if any(sign in place for sign in signs))


def _entry(point: Point) -> Entry:
    facts = list(_facts(point["evidence"]))
    return Entry(point, STATUS[point["finding"]], tuple(facts[:MOST_FACTS]), max(0, len(facts) - MOST_FACTS))


def _facts(evidence: Mapping[str, Any]) -> Iterable[Fact]:
    for name, value in evidence.items():
        if table := table_of(value, _column):
            yield Fact(one_line(name.replace("_", " "), 60), "", table)
        else:
            plain, text = _fact(name, value)
            yield Fact(one_line(plain, 60), cut(text, MOST_TEXT))


def _column(name: str, value: Any) -> tuple[str, str]:
    """Like _fact, with the unit at the name."""
    plain, _, unit = name.rpartition("_")
    named = f"{plain}, {unit}" if plain and unit in ("s", "ms") else name
    return one_line(named.replace("_", " "), 60), cut(_words(value), MOST_TEXT)


def _fact(name: str, value: Any) -> tuple[str, str]:
    """A name and its value in words; a unit at the end of the name, as ours have it, moves behind the number."""
    plain, _, unit = name.rpartition("_")
    if plain and unit in ("s", "ms"):
        return plain.replace("_", " "), _words(value) + (f" {unit}" if value not in (None, []) else "")
    return name.replace("_", " "), _words(value)


def _words(value: Any) -> str:
    """Plain data as a person reads it: a flat list on one line, a member or a flat mapping a line, the rest as an
    outline."""
    match value:
        case list() | dict() if not value:
            return "none"
        case [dict(), *_] if all(isinstance(row, dict) and all(map(_is_flat, row.values())) for row in value):
            told = [", ".join(" ".join(_fact(*item)) for item in row.items()) for row in value]
        case list() if all(map(_is_flat, value)):
            return ", ".join(map(_words, value))
        case list():
            told = [*map(_words, value)]
        case dict():
            told = [_outlined(*item) for item in value.items()]
        case None | bool():
            return {None: "none", True: "yes", False: "no"}[value]
        case _:
            return f"{value:g}" if isinstance(value, float) else as_text(value)
    return "\n".join(told)


def _outlined(name: str, value: Any) -> str:
    """A member, with what it holds below it where that takes lines of its own."""
    plain, text = _fact(name, value)
    if _is_flat(value) or (isinstance(value, list) and all(map(_is_flat, value))):
        return f"{plain}: {text}"
    return f"{plain}:\n{indent(text, '  ')}"


def _is_flat(value: Any) -> bool:
    return not isinstance(value, list | dict)

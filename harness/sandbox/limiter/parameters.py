"""The parameters of families: how each is written, read and bounded."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

# More would be no limit in a test, and the logs among the families keep one moment a request.
LARGEST = 100_000
UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
SHORTEST_S, LONGEST_S = 0.001, 366 * 86_400.0

_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|m|h|d)?")
_RATE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(?:/\s*(s|m|h|d))?")


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    """How one is told: `takes` is for people, `read` raises ValueError."""

    option: str
    field: str
    takes: str
    read: Callable[[Any], Any]
    required: bool

    def __str__(self) -> str:
        return f"{self.option}=" if self.required else f"[{self.option}={'|'.join(self.takes.split(' or '))}]"


def count() -> Any:
    return dataclasses.field(metadata={"takes": f"a whole number from 1 to {LARGEST}", "read": read_count})


def duration() -> Any:
    """In seconds."""
    return dataclasses.field(metadata={"takes": "a duration such as 3s, 500ms or 1m", "read": read_duration})


def rate() -> Any:
    """A second."""
    return dataclasses.field(metadata={"takes": "a rate such as 8, 8/s or 30/m", "read": read_rate})


def choice(*values: str) -> Any:
    """One of these, the first unless told otherwise."""
    read = _Choice(values)
    return dataclasses.field(default=values[0], metadata={"takes": " or ".join(values), "read": read})


def parameters(family: type) -> list[Parameter]:
    """Those of a family, in order."""
    return [
        Parameter(
            option=re.sub("(_per)?_s$", "", field.name),
            field=field.name,
            takes=field.metadata["takes"],
            read=field.metadata["read"],
            required=field.default is dataclasses.MISSING,
        )
        for field in dataclasses.fields(family)
    ]


def read_count(told: Any) -> int:
    if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) <= len(str(LARGEST)):
        told = int(told)
    if isinstance(told, bool) or not isinstance(told, int) or not 1 <= told <= LARGEST:
        raise ValueError("out of range or no whole number")
    return told


def read_duration(told: Any) -> float:
    """Seconds. A bare number is one of seconds."""
    seconds = _quantity(told, _DURATION, lambda number, unit: number * UNITS_S[unit or "s"])
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError("a duration is from 1ms to 366d")
    return seconds


def read_rate(told: Any) -> float:
    """A second. A bare number is one a second."""
    per_s = _quantity(told, _RATE, lambda number, unit: number / UNITS_S[unit or "s"])
    if not 1 / LONGEST_S <= per_s <= LARGEST:
        raise ValueError(f"a rate is from 1/366d to {LARGEST}/s")
    return per_s


def _quantity(told: Any, pattern: re.Pattern[str], combine: Callable[[float, str | None], float]) -> float:
    """Of a text, or of a number of JSON."""
    text = str(told) if isinstance(told, int | float) and not isinstance(told, bool) else told
    found = pattern.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError("it cannot be read")
    return combine(float(found[1]), found[2])


class _Choice:
    def __init__(self, values: tuple[str, ...]) -> None:
        self._values = values

    def __call__(self, told: Any) -> str:
        if told not in self._values:
            raise ValueError("no such value")
        return str(told)

"""A twin as TOML, and back. Read strictly: a wrong value is told, and never made to fit."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from harness.errors import UsageError
from harness.limits_part import MOST
from harness.twin.twin import SCHEMA, Delay, Lifetime, Limiter, Multiplicity, Sender, Twin

PARTS: dict[str, type[Any]] = {
    "limiter": Limiter,
    "behind": Limiter,
    "response": Delay,
    "reply": Delay,
    "replies": Multiplicity,
    "lifetime": Lifetime,
    "sender": Sender,
}
# Of a value that cannot be, so much is shown: characters.
SHOWN = 60


def written(twin: Twin) -> str:
    lines = [f'schema = "{SCHEMA}"']
    for name in PARTS:
        part = getattr(twin, name)
        if part is None:
            lines += ["", f"# {name}: not measured"]
            continue
        lines += ["", f"[{name}]"]
        told = ((field.name, getattr(part, field.name)) for field in fields(part))
        lines += [f"{key} = {_value(value)}" for key, value in told if value is not None]
        if isinstance(part, Limiter) and part.policy is None and not part.undecided:
            lines.append("# none was seen")
        if name == "sender" and part.unseen:
            lines.append(f"# {', '.join(part.unseen)}: not seen within {part.watched_s:g} s, and only assumed")
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    # JSON's strings are TOML's, but that TOML wants DEL escaped.
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(value, str) else repr(value)


def read(text: str) -> Twin:
    """Raises UsageError."""
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"the twin is no TOML: {error}") from None
    except ValueError:
        raise UsageError("the twin cannot be read: a number in it has thousands of digits") from None
    if told.pop("schema", None) != SCHEMA:
        raise UsageError(f'not a twin: it has no schema = "{SCHEMA}"')
    if unknown := set(told) - set(PARTS):
        raise UsageError(f"the twin has unknown parts: {', '.join(sorted(unknown))}")
    return Twin(**{name: _part(name, table) for name, table in told.items()})


def _part(name: str, table: Any) -> Any:
    if not isinstance(table, dict):
        raise UsageError(f"[{name}] of the twin must be a table")
    try:
        part = PARTS[name](**{"policy": None, **table} if PARTS[name] is Limiter else table)
    except TypeError as error:
        raise UsageError(f"[{name}] of the twin: {str(error).partition(' ')[2]}") from None
    for field in fields(part):
        if not FITTING[field.name](getattr(part, field.name)):
            raise UsageError(f"[{name}] of the twin: {field.name} cannot be {_shown(getattr(part, field.name))}")
    if isinstance(part, Sender):
        return replace(part, unseen=tuple(part.unseen))
    return _delay(name, part) if isinstance(part, Delay) else part


def _shown(value: Any) -> str:
    try:
        shown = repr(value)
    except ValueError:  # a number of thousands of digits has no decimal ones
        shown = "that"
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def _number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= MOST


FITTING: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("run", "undecided"), lambda value: isinstance(value, str)),
    "policy": lambda value: value is None or (isinstance(value, str) and bool(value.strip())),
    "unseen": lambda value: isinstance(value, list | tuple) and all(isinstance(each, str) for each in value),
    "prolonged": lambda value: isinstance(value, bool),
    "samples": lambda value: type(value) is int and 0 <= value <= MOST,
    "error": lambda value: _number(value) and value >= 0,
    "mean": lambda value: _number(value) and value >= 1,
    **dict.fromkeys(("ttl_s", "watched_s"), lambda value: _number(value) and value > 0),
    **dict.fromkeys(("percentiles", "ms"), lambda value: isinstance(value, list) and all(map(_number, value))),
}


def _delay(name: str, part: Delay) -> Delay:
    at, ms = tuple(part.percentiles), tuple(part.ms)
    if not at or len(at) != len(ms) or list(at) != sorted(set(at)) or at[0] != 0 or at[-1] != 100:
        raise UsageError(f"[{name}] of the twin: percentiles must rise from 0 to 100, with as many ms")
    if list(ms) != sorted(ms) or ms[0] < 0:
        raise UsageError(f"[{name}] of the twin: ms must not fall, nor be below 0")
    return Delay(part.run, part.samples, at, ms)

"""What plain data may be, as a JSON Schema, and in words where it is not so: what of it, and what stands there.

Pure. A number that is none, or without end, is no number here; nor is a truth.
"""

import json
from typing import Any

import jsonschema_rs

# Of what stands there, so much is shown: characters.
SHOWN = 60


class Shape:
    """One schema, compiled when it is first asked."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._validator: jsonschema_rs.Draft202012Validator | None = None

    def objection(self, value: Any, name: str) -> str | None:
        """The first thing that is wrong with what is called `name`, such as `name.status cannot be "x"`; None where
        nothing is."""
        if self._validator is None:
            self._validator = jsonschema_rs.Draft202012Validator(self._schema)
        try:
            error = next(self._validator.iter_errors(value), None)
        except ValueError:  # a lone surrogate in a name, or nesting beyond the validator's depth
            return f"{name} is nested too deep, or a name in it is no text"
        return None if error is None else _told(error, value, name)


def _told(error: jsonschema_rs.ValidationError, value: Any, name: str) -> str:
    path = list(error.instance_path)
    if error.kind.name == "required":
        return f"{_joined([name, *path, error.kind.as_dict()['property']])} is missing"
    for step in path:
        value = value[step]
    shown = json.dumps(value)
    return f"{_joined([name, *path])} cannot be {shown if len(shown) <= SHOWN else f'{shown[:SHOWN]}…'}"


def _joined(path: list[str | int]) -> str:
    return ".".join(json.dumps(step).strip('"') for step in path)

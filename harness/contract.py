"""openapi.yaml as an oracle: what is wrong with this request, this response, this webhook event?

Pure: the contract's text is a parameter. Every method answers with the objections it has, in words; none is good news.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

import jsonschema_rs
import yaml

# What stands in an objection at most, in characters: a target may answer with megabytes.
LONGEST = 300


class Contract:
    """Validators for everything that openapi.yaml describes, built once. `document` is the parsed contract."""

    def __init__(self, text: str) -> None:
        self.document: dict[str, Any] = yaml.safe_load(text)
        self._operations = {
            operation["operationId"]: operation
            for path in self.document["paths"].values()
            for operation in path.values()
            if "operationId" in operation
        }
        self._responses = {
            (name, status): self._validator(_schema_of(self._resolve(response)))
            for name, operation in self._operations.items()
            for status, response in operation["responses"].items()
        }
        self._requests = {
            name: self._validator(_schema_of(operation["requestBody"])) for name, operation in self._operations.items()
        }
        event = self.document["webhooks"]["message"]["post"]
        self._event = self._validator(_schema_of(event["requestBody"]))

    @property
    def operations(self) -> Mapping[str, dict[str, Any]]:
        """Each operation object by its operationId."""
        return self._operations

    def request_problems(self, operation: str, body: Any) -> tuple[str, ...]:
        return _problems(self._requests[operation], body)

    def response_problems(self, operation: str, status: int, body: bytes) -> tuple[str, ...]:
        """Objections to a response of `operation`: an undocumented status, or a body off its schema."""
        validator = self._responses.get((operation, str(status))) or self._responses.get(
            (operation, f"{status // 100}XX")
        )
        if validator is None:
            return (f"HTTP {status} is no documented answer to {operation}",)
        value, problem = parse(body)
        return (problem,) if problem else _problems(validator, value)

    def event_problems(self, value: Any) -> tuple[str, ...]:
        """Objections to the parsed body of a webhook call."""
        return _problems(self._event, value)

    def _validator(self, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        # References are relative to the document: carry its components along, so that each resolves on its own.
        return jsonschema_rs.Draft202012Validator({**schema, "components": self.document["components"]})

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        return cast(dict[str, Any], self.at(node["$ref"])) if "$ref" in node else node

    def at(self, pointer: str) -> Any:
        """What stands at a JSON pointer with a leading '#'. Raises KeyError where nothing does."""
        node: Any = self.document
        for step in pointer.removeprefix("#").split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]
        return node


def parse(body: bytes) -> tuple[Any, str | None]:
    """The JSON value in `body` and None, or None and the objection: empty, no UTF-8, no JSON."""
    if not body:
        return None, "the body is empty"
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant), None
    except UnicodeDecodeError:
        return None, f"the body is not UTF-8: {body[:LONGEST]!r}"
    except (ValueError, RecursionError):
        return None, f"the body is not JSON: {_shorten(body.decode('utf-8', 'replace'))}"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _schema_of(message: dict[str, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], message["content"]["application/json"]["schema"])


def _problems(validator: jsonschema_rs.Draft202012Validator, value: Any) -> tuple[str, ...]:
    try:
        return tuple(_words(error) for error in validator.iter_errors(value))
    except (ValueError, RecursionError) as error:  # a lone surrogate, or nesting beyond the validator's depth
        return (f"no schema can be applied to it: {_shorten(str(error))}",)


def _words(error: jsonschema_rs.ValidationError) -> str:
    where = ".".join(map(str, error.instance_path))
    return _shorten(f"{where}: {error.message}" if where else error.message)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"

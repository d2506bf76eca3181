"""openapi.yaml as an oracle: what is wrong with this request, this response, this webhook event?

Pure: the contract's text is a parameter. Every method answers with the objections it has, in words; none is good news.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

import jsonschema_rs

from harness.yaml_text import parsed

# What stands in an objection at most, in characters: a target may answer with megabytes.
LONGEST = 300

Clean = Callable[[str], str]


class Contract:
    """Validators for everything that openapi.yaml describes, built once. `document` is the parsed contract.

    Objections quote what they object to: `clean` takes secrets out of that before anything is cut off, since one that
    was cut through nobody recognises any more.
    """

    def __init__(self, text: str, clean: Clean = str) -> None:
        self._clean = clean
        self.document: dict[str, Any] = parsed(text)
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
        return self._problems(self._requests[operation], body)

    def response_problems(self, operation: str, status: int, body: bytes) -> tuple[str, ...]:
        """Objections to a response of `operation`: an undocumented status, or a body off its schema."""
        validator = self._responses.get((operation, str(status))) or self._responses.get(
            (operation, f"{status // 100}XX")
        )
        if validator is None:
            return (f"HTTP {status} is no documented answer to {operation}",)
        value, problem = parse(body, self._clean)
        return (problem,) if problem else self._problems(validator, value)

    def event_problems(self, value: Any) -> tuple[str, ...]:
        """Objections to the parsed body of a webhook call."""
        return self._problems(self._event, value)

    def _problems(self, validator: jsonschema_rs.Draft202012Validator, value: Any) -> tuple[str, ...]:
        try:
            return tuple(_shorten(self._clean(_words(error))) for error in validator.iter_errors(value))
        except (ValueError, RecursionError) as error:  # a lone surrogate, or nesting beyond the validator's depth
            return (f"no schema can be applied to it: {_shorten(self._clean(str(error)))}",)

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


def parse(body: bytes, clean: Clean = str) -> tuple[Any, str | None]:
    """The JSON value in `body` and None, or None and the objection: empty, no UTF-8, no JSON. `clean` is Contract's."""
    if not body:
        return None, "the body is empty"
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant), None
    except UnicodeDecodeError:
        return None, f"the body is not UTF-8: {_shorten(clean(body.decode('utf-8', 'backslashreplace')))}"
    except (ValueError, RecursionError):
        return None, f"the body is not JSON: {_shorten(clean(body.decode('utf-8', 'replace')))}"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _schema_of(message: dict[str, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], message["content"]["application/json"]["schema"])


def _words(error: jsonschema_rs.ValidationError) -> str:
    where = ".".join(map(str, error.instance_path))
    return f"{where}: {error.message}" if where else error.message


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"

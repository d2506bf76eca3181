"""Generated requests: schemathesis makes them from openapi.yaml.

Only bodies are generated: where a request goes and whose key it carries is for the source system to say.
"""

import copy
import json
from typing import Any

import requests
import schemathesis
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode

from harness.contract import Contract

_PLACES = {
    "createSession": "/v1/sessions",
    "sendMessage": "/v1/sessions/{sessionId}/messages",
    "registerWebhook": "/v1/webhooks",
}


class Generator:
    """Bodies for each operation, as bytes."""

    def __init__(self, contract: Contract) -> None:
        document = copy.deepcopy(contract.document)
        # Without them schemathesis would spend most of its wrong data on the Authorization header.
        document.pop("security")
        document["components"].pop("securitySchemes")
        # A configuration of its own: one that lies about in the folder is for schemathesis by hand.
        self._schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict({}))
        self._schema.config.update(base_url="http://127.0.0.1")

    def valid(self, operation: str) -> SearchStrategy[bytes]:
        """What the schema allows, the doubtful included: strange characters, fields left out, unknown ones added."""
        return self._bodies(operation, GenerationMode.POSITIVE)

    def invalid(self, operation: str) -> SearchStrategy[bytes]:
        """What the schema forbids."""
        return self._bodies(operation, GenerationMode.NEGATIVE)

    def broken(self, operation: str) -> SearchStrategy[bytes]:
        """No JSON object, or one without a required part."""
        required = self._schema[_PLACES[operation]]["POST"].definition.raw["requestBody"]
        name = required["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        needed = self._schema.raw_schema["components"]["schemas"][name]["required"]
        return self.invalid(operation).filter(lambda body: lacks(body, needed))

    def _bodies(self, operation: str, mode: GenerationMode) -> SearchStrategy[bytes]:
        strategy = self._schema[_PLACES[operation]]["POST"].as_strategy(
            generation_mode=mode, path_parameters={"sessionId": "any"}, headers={}
        )
        return strategy.map(_body)


def lacks(body: bytes, needed: list[str]) -> bool:
    """Whether it is no JSON object, or lacks one of its required members, however leniently it is read."""
    try:
        value = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return True
    return not isinstance(value, dict) or any(name not in value for name in needed)


def _body(case: Any) -> bytes:
    arguments = case.as_transport_kwargs(base_url="http://127.0.0.1")
    known = {name: arguments[name] for name in ("method", "url", "data", "json", "files") if name in arguments}
    body = requests.Request(**known).prepare().body or b""
    assert isinstance(body, str | bytes)
    return body.encode() if isinstance(body, str) else body

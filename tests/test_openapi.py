"""The contract is valid OpenAPI, and allows what the document shows."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from harness.assets import asset
from harness.contract import Contract

DOCUMENT = Path(__file__).parent / "data" / "document"
REQUESTS = {
    "create-session-request": "createSession",
    "send-message-request": "sendMessage",
    "register-webhook-request": "registerWebhook",
}
RESPONSES = {
    "create-session-response": ("createSession", 200),
    "send-message-response": ("sendMessage", 200),
    "session-expired-response": ("sendMessage", 404),
}


@pytest.fixture(scope="module")
def contract():
    return Contract(asset("openapi.yaml").read_text(encoding="utf-8"))


def block(name):
    return (DOCUMENT / f"{name}.json").read_bytes()


def media_types(node, path="#"):
    """Every media type object in the contract that has both a schema and examples."""
    if isinstance(node, dict):
        if "schema" in node and "examples" in node:
            yield path, node
        for key, child in node.items():
            yield from media_types(child, f"{path}/{key}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from media_types(child, f"{path}/{number}")


def test_it_is_valid_openapi(contract):
    assert list(OpenAPIV31SpecValidator(contract.document).iter_errors()) == []


def test_every_example_in_it_holds_against_its_schema(contract):
    checked = 0
    for path, media_type in media_types(contract.document):
        validator = jsonschema_rs.Draft202012Validator(
            {**media_type["schema"], "components": contract.document["components"]}
        )
        for name, example in media_type["examples"].items():
            assert list(validator.iter_errors(example["value"])) == [], f"{path}: {name}"
            checked += 1
    assert checked >= 12


@pytest.mark.parametrize(("name", "operation"), REQUESTS.items())
def test_every_request_of_the_document_is_allowed(contract, name, operation):
    assert contract.request_problems(operation, json.loads(block(name))) == ()


@pytest.mark.parametrize(("name", "answers"), RESPONSES.items())
def test_every_response_of_the_document_is_allowed(contract, name, answers):
    assert contract.response_problems(*answers, block(name)) == ()


def test_the_webhook_call_of_the_document_is_allowed(contract):
    assert contract.event_problems(json.loads(block("message-event"))) == ()


def test_no_block_of_the_document_is_left_out():
    assert {path.stem for path in DOCUMENT.glob("*.json")} == {*REQUESTS, *RESPONSES, "message-event"}


@pytest.mark.parametrize("name", ["create-session-response", "send-message-response", "message-event"])
def test_a_block_of_the_document_with_a_member_missing_is_not_allowed(contract, name):
    whole = json.loads(block(name))
    for missing in whole:
        value = {key: member for key, member in whole.items() if key != missing}
        problems = (
            contract.event_problems(value)
            if name == "message-event"
            else contract.response_problems(*RESPONSES[name], json.dumps(value).encode())
        )
        assert problems, missing


def test_a_session_of_the_contract_leads_to_its_messages(contract):
    link = contract.operations["createSession"]["responses"]["200"]["links"]["sendMessage"]

    assert link["operationId"] in contract.operations
    assert link["parameters"] == {"sessionId": "$response.body#/sessionId"}

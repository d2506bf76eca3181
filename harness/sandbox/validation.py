"""What a request's body must look like. Everything that is not said here is tolerated, unknown fields above all."""

import json
from typing import Any, NoReturn

from yarl import URL

from harness.sandbox.exchange import Refusal
from harness.sandbox.webhooks import parse_webhook_url

CUSTOMER_FIELDS = ("firstName", "lastName", "phoneNumber", "emailAddress", "unitNumber", "address")


def bad_request(message: str, note: str = "") -> Refusal:
    return Refusal(400, "bad_request", message, note=note)


def _no_such_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_such_constant)


def json_object(raw: bytes) -> dict[str, Any]:
    """A body's JSON object. Of a key that comes twice the last value counts."""
    if not raw:
        raise bad_request("The body is empty. Send a JSON object.")
    try:
        value = _DECODER.decode(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise bad_request("The body is not UTF-8, the encoding of JSON.") from None
    except ValueError as error:  # of JSON's grammar, and of an integer with thousands of digits
        raise bad_request("The body is not JSON.", note=f"({error})") from None
    except RecursionError:
        raise bad_request("The body is nested too deeply.") from None
    if not isinstance(value, dict):
        raise bad_request("The body must be a JSON object.", note=f"(it is a {type(value).__name__})")
    return value


def required_string(body: dict[str, Any], name: str) -> str:
    """A string that is there and not blank."""
    if name not in body:
        raise bad_request(f"`{name}` is missing.", note=f"(the body has {_names(body)})")
    value = body[name]
    if not isinstance(value, str):
        raise bad_request(f"`{name}` must be a string.", note=f"(it is a {type(value).__name__})")
    if not value.strip():
        raise bad_request(f"`{name}` must not be blank.")
    return value


def customer(body: dict[str, Any]) -> dict[str, Any]:
    """The customer's data: each field may be left out or null."""
    if "customer" not in body:
        raise bad_request("`customer` is missing.", note=f"(the body has {_names(body)})")
    value = body["customer"]
    if not isinstance(value, dict):
        raise bad_request("`customer` must be an object.", note=f"(it is a {type(value).__name__})")
    for name in CUSTOMER_FIELDS:
        if not isinstance(value.get(name), str | None):
            raise bad_request(f"`customer.{name}` must be a string.", note=f"(it is a {type(value[name]).__name__})")
    return value


def message_content(body: dict[str, Any], longest: int) -> str:
    content = required_string(body, "content")
    if len(content) > longest:
        raise bad_request(f"`content` is longer than {longest} characters.", note=f"(it has {len(content)})")
    return content


def webhook_url(body: dict[str, Any]) -> URL:
    text = required_string(body, "url")
    url = parse_webhook_url(text)
    if url is None:
        raise bad_request("`url` must be an absolute http or https URL.", note=f"(it is {text[:80]!a})")
    return url


def webhook_event(body: dict[str, Any]) -> None:
    event = required_string(body, "event")
    if event != "message":
        raise bad_request('`event` must be "message", the only event there is.', note=f"(it is {event[:80]!a})")


def _names(body: dict[str, Any]) -> str:
    """The first few names of an object, safe to print."""
    return ", ".join(ascii(name[:40]) for name in list(body)[:8]) or "nothing in it"

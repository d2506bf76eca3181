"""Whose quota a request uses up: from a request to the key of its bucket.

A scope of several parts has a bucket for each combination of theirs. Where a part is missing, the policy has nothing to
do with the request: a scope of sessions is about messages only.
"""

import hashlib
from collections.abc import Callable, Sequence

from harness.sandbox.exchange import Exchange

# An id in a path may be long, and a bucket is kept for each that was sent lately.
LONGEST_ID = 64


def api_key(exchange: Exchange) -> str | None:
    """By the client that the key was issued to: each has one."""
    return exchange.tenant.client_id if exchange.tenant else None


def session(exchange: Exchange) -> str | None:
    """By the id in the path, as it came: an unknown session has a bucket of its own, too."""
    if exchange.operation != "sendMessage":
        return None
    sent = exchange.path_session_id
    return sent if len(sent) <= LONGEST_ID else hashlib.sha256(sent.encode("utf-8", "surrogateescape")).hexdigest()


def address(exchange: Exchange) -> str | None:
    """By the address that the connection comes from. No header can change that."""
    return exchange.address


def everybody(exchange: Exchange) -> str | None:
    return "everybody"


def operation(exchange: Exchange) -> str | None:
    return exchange.operation


PARTS: dict[str, Callable[[Exchange], str | None]] = {
    "key": api_key,
    "session": session,
    "address": address,
    "global": everybody,
    "operation": operation,
}


def bucket_of(parts: Sequence[str], exchange: Exchange) -> str | None:
    """The key of the request's bucket; None where the scope does not apply to it."""
    values = [PARTS[part](exchange) for part in parts]
    return None if None in values else " ".join(map(str, values))

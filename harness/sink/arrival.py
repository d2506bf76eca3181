"""From the bytes of a webhook call to the record of it. Pure; it runs after the call was answered."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.contract import Contract, parse
from harness.events import Replied
from harness.sink.headers import Keeper, Kept

DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook call as it came in. `status` is what the sink answers: 0 where it resets the connection.

    `headers` are as they were sent, secrets and all, where they are to be kept: `examine` sees to what is.
    """

    at: int
    wall: int
    body: bytes
    content_type: str | None
    status: int = 200
    endpoint: str = ""
    peer: str | None = None
    headers: tuple[tuple[str, str], ...] | None = None


def examine(
    delivery: Delivery,
    contract: Contract,
    kept_body: int,
    clean: Callable[[str], str] = str,
    keeper: Keeper | None = None,
) -> Replied:
    """What the call says and what the contract objects to.

    `kept_body` is how many bytes of the body are kept. One that is cut is first made `clean` of secrets: where the cut
    goes through one, nobody could recognise it afterwards. Without a `keeper` no header is kept.
    """
    kept = keeper.keep(delivery.headers) if keeper and delivery.headers is not None else Kept(None)
    body = delivery.body.decode("utf-8", "surrogateescape")
    value, problem = parse(delivery.body, clean)
    data = data_of(value)
    return Replied(
        at=delivery.at,
        wall=delivery.wall,
        session=_text(data.get("sessionId")),
        user=_text(data.get("userId")),
        participant=_text(data.get("participantType")),
        digest=hashlib.blake2b(delivery.body, digest_size=DIGEST_BYTES).hexdigest(),
        problems=(problem,) if problem else contract.event_problems(value),
        body=body if len(delivery.body) <= kept_body else clean(body)[:kept_body],
        content_type=delivery.content_type,
        status=delivery.status,
        endpoint=delivery.endpoint,
        peer=delivery.peer,
        headers=kept.headers,
        key_in=kept.key_in,
    )


def session_of(body: bytes) -> str | None:
    """The session that a webhook call names, where it can be told at all."""
    return _text(data_of(parse(body)[0]).get("sessionId"))


def data_of(value: Any) -> dict[str, Any]:
    """The event's `data`, or an empty one where there is none to speak of."""
    data = value.get("data") if isinstance(value, dict) else None
    return data if isinstance(data, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None

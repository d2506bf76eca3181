"""Magic values: ordinary fields that make the sandbox misbehave on request, so that a source system can rehearse it.

A content whose first word is one of these (`!lost`, `!lost and more words`):

    !400        is refused: 400 bad_request
    !401        is refused: 401 unauthorized
    !404        is refused: 404 session_not_found; the session lives on
    !expired    is refused: 404 session_not_found, and the session has expired from then on
    !429        is refused: 429 rate_limited, with Retry-After: 1
    !500        is answered: 500 internal_error
    !slow       is accepted, but its 200 comes late (2 s)
    !lost       is accepted, and no reply comes
    !late       is accepted, and its reply comes late (15 s, or --late-delay)
    !double     is accepted, and its reply is delivered twice
    !malformed  is accepted, and its reply breaks the contract
    !misrouted  is accepted, and its reply carries another session's id
    !wronguser  is accepted, and its reply carries another user's id

A customer's phoneNumber:

    +15005550400    the session is refused: 400 bad_request
    +15005550401    the session is refused: 401 unauthorized
    +15005550404    the session is born expired: its first message is refused with 404 session_not_found
    +15005550429    the session is refused: 429 rate_limited, with Retry-After: 1
    +15005550500    the session is answered: 500 internal_error
    +15005550200    the session is created, but its 200 comes late (2 s)
"""

from collections.abc import Callable
from dataclasses import dataclass

from harness.sandbox import mishaps
from harness.sandbox.exchange import Refusal, session_not_found
from harness.sandbox.mishaps import Mishap


@dataclass(frozen=True, slots=True)
class Magic:
    """What one magic value does; each field is one effect."""

    refusal: Callable[[], Refusal] | None = None
    expires: bool = False  # the session, at once
    slow: bool = False  # the 200
    late: bool = False  # the reply
    mishap: Mishap | None = None  # of the reply


NOTHING = Magic()
NOTE = "(asked for by a magic value)"


def _bad_request() -> Refusal:
    return Refusal(400, "bad_request", "The request could not be understood.", note=NOTE)


def _unauthorized() -> Refusal:
    return Refusal(401, "unauthorized", "You do not have permission for this.", note=NOTE)


def _not_found() -> Refusal:
    return session_not_found(NOTE)


def _rate_limited() -> Refusal:
    return Refusal(429, "rate_limited", "Too many requests.", note=NOTE, headers={"Retry-After": "1"})


def _internal_error() -> Refusal:
    return Refusal(500, "internal_error", "An error occurred on the server.", note=NOTE)


CONTENT = {
    "!400": Magic(refusal=_bad_request),
    "!401": Magic(refusal=_unauthorized),
    "!404": Magic(refusal=_not_found),
    "!expired": Magic(refusal=_not_found, expires=True),
    "!429": Magic(refusal=_rate_limited),
    "!500": Magic(refusal=_internal_error),
    "!slow": Magic(slow=True),
    "!lost": Magic(mishap=mishaps.lost),
    "!late": Magic(late=True),
    "!double": Magic(mishap=mishaps.doubled),
    "!malformed": Magic(mishap=mishaps.malformed),
    "!misrouted": Magic(mishap=mishaps.misrouted),
    "!wronguser": Magic(mishap=mishaps.for_wrong_user),
}

PHONE_NUMBERS = {
    "+15005550400": Magic(refusal=_bad_request),
    "+15005550401": Magic(refusal=_unauthorized),
    "+15005550404": Magic(expires=True),
    "+15005550429": Magic(refusal=_rate_limited),
    "+15005550500": Magic(refusal=_internal_error),
    "+15005550200": Magic(slow=True),
}


def of_content(content: str) -> Magic:
    if not content.startswith("!"):
        return NOTHING
    return CONTENT.get(content.split(maxsplit=1)[0], NOTHING)


def of_phone_number(phone_number: str | None) -> Magic:
    return PHONE_NUMBERS.get(phone_number or "", NOTHING)

"""What is kept of a webhook call's headers: enough to tell who called and how, and no secret.

A target may sign its calls, or show a token that it shares with its webhooks; and a broken one may send us our own API
key. Neither may end up in a journal. So only values that cannot be secret are kept as they are; of any other its
scheme, its length and a fingerprint, under a key that dies with the sink: it tells same from different, and no more.
That a value held a key of ours is told beside it, by the header's name.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from harness.secret import Redactor

# A sender can have no more than Limits.headers and header_line; this bounds what is kept of them.
MOST = 48
LONGEST_NAME = 64
LONGEST_VALUE = 256
FINGERPRINT_BYTES = 4

PLAIN = frozenset(
    (
        *("accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "cdn-loop", "connection"),
        *("content-encoding", "content-length", "content-type", "date", "expect", "forwarded", "from", "host"),
        *("keep-alive", "max-forwards", "origin", "pragma", "priority", "te", "transfer-encoding", "upgrade"),
        *("user-agent", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto"),
        *("x-real-ip", ":version"),
    )
)
# A short number is an attempt or a time, unless the name says that it is to be kept.
_NUMBER = re.compile(r"[0-9]{1,10}")
_TELLING = re.compile(r"auth|code|cookie|cred|key|otp|pass|pin|secret|session|sign|token")
_SCHEME = re.compile(
    r"(?:basic|bearer|digest|hmac|token|api-?key|signature|(?:hmac-)?sha-?(?:1|256|384|512)|v[0-9]|t)[ =]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """`headers` by lower-case name; `key_in` are the names of those in which a key of ours stood."""

    headers: dict[str, str] | None
    key_in: tuple[str, ...] = ()


class Keeper:
    """Keeps headers of one sink's calls. `redactor` knows the keys of ours."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._key = secrets.token_bytes(32)

    def keep(self, given: Iterable[tuple[str, str]]) -> Kept:
        """Values of a name that comes more than once are joined by commas, as HTTP has it."""
        joined: dict[str, str] = {}
        for name, value in given:
            known = name.lower()
            joined[known] = f"{joined[known]}, {value}" if known in joined else value
        key_in = tuple(self._name(name) for name, value in joined.items() if self._redactor.finds(f"{name}: {value}"))
        first = list(joined.items())[:MOST]
        return Kept({self._name(name): self._value(name, value) for name, value in first}, key_in[:MOST])

    def _name(self, name: str) -> str:
        return self._redactor.clean(name)[:LONGEST_NAME]

    def _value(self, name: str, value: str) -> str:
        if name in PLAIN or (_NUMBER.fullmatch(value) and not _TELLING.search(name)):
            return self._redactor.clean(value)[:LONGEST_VALUE]
        scheme = _SCHEME.match(value)
        raw = value.encode("utf-8", "surrogateescape")
        fingerprint = hashlib.blake2b(raw, digest_size=FINGERPRINT_BYTES, key=self._key).hexdigest()
        rest = len(value) - (scheme.end() if scheme else 0)
        return f"{scheme[0] if scheme else ''}[{rest} characters, fingerprint {fingerprint}]"

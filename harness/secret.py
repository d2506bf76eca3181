"""A secret that cannot be printed by mistake, and its removal from text that others wrote."""

import json
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

MASK = "[secret]"
# A shorter "secret" would blank out ordinary words wherever they stand.
SHORTEST = 6


@dataclass(frozen=True, slots=True)
class Secret:
    """Shows itself as a mask in str, repr, tracebacks and logs; only `reveal` gives the value."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)


class Redactor:
    """Replaces each secret, in the spellings it takes in JSON and in URLs, wherever it stands in a text.

    What a target answers may echo the key it was sent; what we keep of the answer must not.
    """

    def __init__(self, *secrets: Secret | None) -> None:
        values = {secret.reveal() for secret in secrets if secret is not None}
        spellings = {spelling for value in values if len(value) >= SHORTEST for spelling in _spellings(value)}
        self._spellings = sorted(spellings, key=len, reverse=True)

    def clean(self, text: str) -> str:
        for spelling in self._spellings:
            if spelling in text:
                text = text.replace(spelling, MASK)
        return text


def _spellings(value: str) -> set[str]:
    quoted = json.dumps(value)[1:-1]
    return {value, quoted, json.dumps(quoted)[1:-1], quote(value, safe=""), quote_plus(value)}

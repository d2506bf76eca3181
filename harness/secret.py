"""A secret that cannot be printed by mistake, and its removal from text that others wrote."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

MASK = "[secret]"
# A shorter "secret" would blank out ordinary words wherever they stand.
SHORTEST = 6
# Backslashes before one character.
DEEPEST = 7
_URL_SAFE = str.maketrans("+/", "-_")


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
    """Replaces each secret, in whatever case, however it is spelled in JSON, in URLs, in Base64 and in hexadecimal.

    What a target answers may echo the key it was sent; what we keep of the answer must not.
    """

    def __init__(self, *secrets: Secret | None) -> None:
        values = {secret.reveal() for secret in secrets if secret is not None}
        values = {value for value in values if len(value) >= SHORTEST}
        values |= {encoded for value in values for encoded in (*_in_base64(value), value.encode().hex())}
        ordered = sorted(values, key=len, reverse=True)
        self._folded = [value.lower() for value in ordered]
        self._spelled = [re.compile("".join(map(_spellings, value)), re.IGNORECASE) for value in ordered]

    def clean(self, text: str) -> str:
        # Only where there is an escape can it stand there in another spelling.
        if "\\" in text or "%" in text or self._is_in(text.lower()):
            for spelled in self._spelled:
                text = spelled.sub(MASK, text)
        return text

    def _is_in(self, folded: str) -> bool:
        for value in self._folded:  # noqa: SIM110 - `any` costs twice as much, a million times a run
            if value in folded:
                return True
        return False

    def finds(self, text: str) -> bool:
        """Whether a secret stands in the text."""
        return any(spelled.search(text) for spelled in self._spelled)


def _in_base64(value: str) -> Iterator[str]:
    """What all Base64 of a text with the value in it has in common, for each of the three ways in which it may fall."""
    plain = value.encode()
    for before in range(3):
        bits = 8 * (before + len(plain))
        # Only the digits that stand for bits of the value, and for no others.
        digits = b64encode(b"\0" * before + plain).decode()[-(-8 * before // 6) : bits // 6]
        if len(digits) >= SHORTEST:
            yield digits
            yield digits.translate(_URL_SAFE)


def _spellings(character: str) -> str:
    """A pattern for one character: plain, escaped as in JSON (and in JSON within JSON), or as in a URL."""
    code = "".join(f"[{digit}{digit.upper()}]" for digit in f"{ord(character):02x}")
    # The escapes first: a key may itself hold a backslash or a percent sign.
    # No more backslashes than JSON within JSON within JSON has: a text may hold nothing but backslashes, megabytes of
    # them, and each of them is a beginning that is tried.
    return rf"(?:\\{{1,{DEEPEST}}}u00{code}|%{code}|\\{{0,{DEEPEST}}}{re.escape(character)})"

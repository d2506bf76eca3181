"""A secret that cannot be printed by mistake, and its removal from text that others wrote."""

import re
from dataclasses import dataclass, field

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
    """Replaces each secret, however it is spelled in JSON and in URLs, wherever it stands in a text.

    What a target answers may echo the key it was sent; what we keep of the answer must not.
    """

    def __init__(self, *secrets: Secret | None) -> None:
        values = {secret.reveal() for secret in secrets if secret is not None}
        self._values = sorted((value for value in values if len(value) >= SHORTEST), key=len, reverse=True)
        self._spelled = [re.compile("".join(map(_spellings, value))) for value in self._values]

    def clean(self, text: str) -> str:
        for value in self._values:
            if value in text:
                text = text.replace(value, MASK)
        if "\\" in text or "%" in text:  # only then can it stand there in another spelling
            for spelled in self._spelled:
                text = spelled.sub(MASK, text)
        return text

    def finds(self, text: str) -> bool:
        """Whether a secret stands in the text."""
        return any(spelled.search(text) for spelled in self._spelled)


def _spellings(character: str) -> str:
    """A pattern for one character: plain, escaped as in JSON (and in JSON within JSON), or as in a URL."""
    code = "".join(f"[{digit}{digit.upper()}]" for digit in f"{ord(character):02x}")
    # The escapes first: a key may itself hold a backslash or a percent sign.
    return rf"(?:\\+u00{code}|%{code}|\\*{re.escape(character)})"

"""A secret that cannot be printed by mistake, and its removal from text that others wrote."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5

MASK = "[secret]"
# A shorter "secret" would blank out ordinary words wherever they stand.
SHORTEST = 6
# Backslashes before one character.
DEEPEST = 7
# How often an ampersand may have been made an entity of, or a percent sign been escaped, and how many zeros a
# character's number may begin with.
NESTED, ZEROS = 3, 6
# Of each character, the names that HTML has for it.
NAMES: dict[str, list[str]] = {}
for _name, _character in html5.items():
    if len(_character) == 1 and _name.endswith(";"):
        NAMES.setdefault(_character, []).append(_name.removesuffix(";"))
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
    """Replaces each secret, in whatever case, however it is spelled in JSON, URLs, HTML, Base64 and hexadecimal.

    What a target answers may echo the key it was sent; what we keep of the answer must not.
    """

    def __init__(self, *secrets: Secret | None) -> None:
        values = {secret.reveal() for secret in secrets if secret is not None}
        values = {value for value in values if len(value) >= SHORTEST}
        values |= {encoded for value in values for encoded in (*_in_base64(value), value.encode().hex())}
        ordered = sorted(values, key=len, reverse=True)
        self._folded = [value.lower() for value in ordered]
        self._spelled = [re.compile("".join(map(_spellings, value))) for value in ordered]

    def clean(self, text: str) -> str:
        # Only where there is an escape can it stand there in another spelling.
        if "\\" in text or "%" in text or "&" in text or self._is_in(text.lower()):
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
    """A pattern for one character, in either case: plain, escaped as in JSON (and in JSON within JSON), as in a URL, or
    as in HTML.

    Each of its branches begins with one plain character of one case. So the search for a whole key, which begins with
    such a pattern, skips what no spelling begins with, and costs a fraction of one that tries every place.
    """
    code, entity = ord(character), _entity(character)
    cases = dict.fromkeys((character, *(each for each in (character.lower(), character.upper()) if len(each) == 1)))
    # The escapes first: a key may itself hold a backslash, a percent sign or an ampersand.
    # No more backslashes than JSON within JSON within JSON has: a text may hold nothing but backslashes, megabytes of
    # them, and each of them is a beginning that is tried. Some JSON escapes the ampersand of an entity.
    branches = (
        rf"\\(?i:\\{{0,{DEEPEST - 1}}}(?:u0026{entity}|&{entity}|u{code:04x}|{re.escape(character)}))",
        rf"%(?i:(?:25){{0,{NESTED}}}{code:02x})",
        rf"&(?i:{entity})",
        *map(re.escape, cases),
    )
    return f"(?:{'|'.join(branches)})"


def _entity(character: str) -> str:
    """A pattern for what follows the ampersand where HTML has a character's number or one of its names in its place:
    also where that ampersand is one itself, and without the semicolon, which browsers can do without."""
    code = ord(character)
    # The longest first: of `&VerticalLine;` no more than `&vert` would go otherwise.
    names = sorted(NAMES.get(character, ()), key=len, reverse=True)
    told = (f"#0{{0,{ZEROS}}}{code}", f"#x0{{0,{ZEROS}}}{code:x}", *names)
    # To that of a semicolon belongs its own: a key of many would be looked for in twice as many ways with each else.
    end = ";?+" if character == ";" else ";?"
    return rf"(?:(?:amp|#38|#x26);){{0,{NESTED}}}(?:{'|'.join(told)}){end}"

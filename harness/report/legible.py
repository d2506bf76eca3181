"""Text that others wrote, made safe to look at: every character that acts instead of showing becomes its escape.

Control characters (ANSI sequences begin with one), characters that turn the direction of a line, invisible ones and
lone surrogates are written out as in Python source: \\x1b, \\u202e, \\ud800. What remains is legal in XML and encodes
as UTF-8. Line breaks and tabs stay; `one_line` takes those out as well.
"""

import math
import re
from typing import Any

from harness.secret import Redactor

# C0 and C1 but for tab and newline, soft hyphen, zero-width and direction marks (the joiners that scripts and emoji
# need stay), line and paragraph separators, surrogates, noncharacters, byte order mark, tags.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_SPACE = re.compile(r"\s+")


def legible(value: Any) -> Any:
    """The same plain data with every text in it safe to look at, keys included."""
    match value:
        case str():
            return _ACTING.sub(_escape, value)
        case dict():
            return {legible(str(key)): legible(item) for key, item in value.items()}
        case list() | tuple():
            return [legible(item) for item in value]
        case _:
            return value


def cleaned(value: Any, redactor: Redactor) -> Any:
    """The same plain data without the secrets; a number that JSON cannot hold becomes its name, such as "nan"."""
    match value:
        case str():
            return redactor.clean(value)
        case dict():
            return {redactor.clean(str(key)): cleaned(item, redactor) for key, item in value.items()}
        case list() | tuple():
            return [cleaned(item, redactor) for item in value]
        case float() if not math.isfinite(value):
            return str(value)
        case _:
            return value


def one_line(text: object, most: int = 240) -> str:
    """Legible text on one line, cut to `most` characters."""
    line = _SPACE.sub(" ", str(legible(str(text)))).strip()
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def cut(text: object, most: int) -> str:
    """The beginning of a long text; what was left out is told, and where to find it."""
    whole = str(legible(str(text)))
    if len(whole) <= most:
        return whole
    return f"{whole[:most]}\n… {len(whole) - most:,} more characters: the whole is in result.json"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

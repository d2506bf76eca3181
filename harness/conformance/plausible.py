"""What is surely a valid message. About anything else the document is silent, so nothing is held against the target."""

import unicodedata

from harness.conformance.samples import LONGEST_MESSAGE
from harness.contract import parse

# People press Return and Tab, and paste both.
_TYPED = "\n\r\t"


def surely_valid_message(body: bytes) -> bool:
    """Whether it is a JSON object with a plausible `content`, and nothing besides."""
    value, problem = parse(body)
    return problem is None and isinstance(value, dict) and value.keys() == {"content"} and plausible(value["content"])


def plausible(content: object) -> bool:
    """Whether a person could have typed it: not blank, not endless, no control characters, no half characters."""
    if not isinstance(content, str) or not content.strip() or len(content) > LONGEST_MESSAGE:
        return False
    return all(
        character in _TYPED or unicodedata.category(character) not in ("Cc", "Cs", "Cn") for character in content
    )

"""From what a person wrote, on a command line, in a variable or in a profile, to a value.

Each function takes text or what TOML made of it, and raises ValueError, TypeError or UsageError with words that say
what it takes. None of them shows the value: it may be a secret.
"""

import json
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from harness.objective import Objective, parse_objective
from harness.secret import SHORTEST, Secret

Budget = Literal["quick", "standard", "thorough"]
BUDGETS: tuple[Budget, ...] = ("quick", "standard", "thorough")


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("takes a non-empty text")
    return value.strip()


def url(value: Any) -> str:
    given = text(value).rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("takes an absolute http or https URL, such as https://api.example.org")
    if parts.username or parts.password:
        raise ValueError("takes a URL without a user and password in it")
    if parts.query or parts.fragment:
        raise ValueError("takes a URL without a query or fragment")
    _ = parts.port  # raises ValueError where it is no port
    return given


def secret(value: Any) -> Secret:
    given = text(value)
    if not given.isascii() or not given.isprintable() or " " in given:
        raise ValueError("a key is printable ASCII without spaces; is there a quote or a line break too many?")
    if len(given) < SHORTEST:
        raise ValueError(f"a key has at least {SHORTEST} characters")
    return Secret(given)


def positive(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("takes a number")
    try:
        number = float(value)
    except (ValueError, TypeError):
        raise ValueError("takes a number") from None
    if not 0 < number < float("inf"):
        raise ValueError("takes a number above 0")
    return number


def listen(value: Any) -> tuple[str, int]:
    host, _, port = text(value).rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("takes HOST:PORT, such as 127.0.0.1:9000")
    return host.strip("[]"), int(port)


def phrases(value: Any) -> tuple[str, ...]:
    return tuple(text(phrase) for phrase in _several(value))


def objectives(value: Any) -> tuple[Objective, ...]:
    return tuple(parse_objective(text(each)) for each in _several(value))


def integer(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ValueError("takes a whole number") from None


def switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("1", "true", "yes"):
        return True
    if str(value).lower() in ("0", "false", "no"):
        return False
    raise ValueError("takes true or false")


def budget(value: Any) -> Budget:
    if value not in BUDGETS:
        raise ValueError(f"takes one of {', '.join(BUDGETS)}")
    return cast(Budget, value)


def _several(value: Any) -> list[Any]:
    """A list as it is, or in a text: as JSON, or with commas between."""
    if not isinstance(value, str):
        return list(value)
    return list(json.loads(value)) if value.lstrip().startswith("[") else value.split(",")

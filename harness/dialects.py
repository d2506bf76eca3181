"""What an answer's status and header fields tell of a limit. Pure.

Four dialects are read: `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers (version 7, and the
structured fields since), its earlier `RateLimit-Limit`, `-Remaining` and `-Reset`, the same with an `X-` (whose reset
is sometimes a moment, sometimes seconds), and Retry-After by itself. What they say is a claim, never what was found.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# So many controls in a row, all let in or all refused, say whether who sent them shares a quota that is used up: one
# alone may have met the moment in which a single request had room.
IN_A_ROW = 3

Fields = Sequence[tuple[str, str]]

# How servers say "too many": 429 (RFC 6585), 503 (nginx, by default), 509 and 420 (older ones).
TOO_MANY = 429
REFUSALS = frozenset({420, TOO_MANY, 503, 509})

DRAFT, THREE, X_THREE, RETRY_AFTER = "RateLimit", "RateLimit-*", "X-RateLimit-*", "Retry-After"
# A reset beyond this many seconds is a moment since 1970; and one beyond that, such a moment in milliseconds.
MOMENT, MOMENT_MS = 1_000_000_000, 1_000_000_000_000

# Kong ends them with what they count in: X-RateLimit-Remaining-Minute.
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "requests": None}
_THREE = re.compile(rf"(x-)?rate-?limit-(limit|remaining|reset)(?:-({'|'.join(UNITS)}))?", re.IGNORECASE)
_PART = re.compile(r'(?:^|[;,\s])(limit|remaining|reset|q|r|t|w)\s*=\s*"?(\d{1,15}(?:\.\d{1,9})?)')
_NUMBER = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)")
_NAMES = {"limit": "quota", "q": "quota", "r": "remaining", "t": "reset", "w": "window"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one answer told, None where it did not. Requests; seconds from when the answer was there."""

    dialects: tuple[str, ...]
    quota: float | None = None
    remaining: float | None = None
    reset_s: float | None = None
    window_s: float | None = None


def claim_of(fields: Fields, now_s: float) -> Claim:
    """`now_s` is the time in seconds since 1970 at which the answer was there."""
    told: dict[str, float] = {}
    dialects: dict[str, None] = {}
    for name, value in fields:
        if match := _THREE.fullmatch(name):
            dialects[X_THREE if match[1] else THREE] = None
            told |= _three(match[2].lower(), value)
            if window := UNITS.get((match[3] or "").lower()):
                told["window"] = float(window)
        elif name.lower() in ("ratelimit", "ratelimit-policy", "x-ratelimit"):
            dialects[DRAFT] = None
            told |= {_NAMES.get(part, part): float(number) for part, number in _PART.findall(value)}
            told |= _bare_policy(name, value)
        elif name.lower() == "retry-after":
            dialects[RETRY_AFTER] = None
    return Claim(
        tuple(dialects),
        told.get("quota"),
        told.get("remaining"),
        _from_now(told.get("reset"), now_s),
        told.get("window"),
    )


def _three(part: str, value: str) -> Mapping[str, float]:
    """`RateLimit-Limit: 10, 10;w=60` tells the window as well."""
    number = _NUMBER.match(value)
    window = dict(_PART.findall(value)).get("w")
    told = {_NAMES.get(part, part): float(number[1])} if number else {}
    return {**told, "window": float(window)} if window else told


def _bare_policy(name: str, value: str) -> Mapping[str, float]:
    """`RateLimit-Policy: 10;w=60`, as it was before it had names."""
    number = _NUMBER.match(value) if name.lower() == "ratelimit-policy" else None
    return {"quota": float(number[1])} if number else {}


def _from_now(reset: float | None, now_s: float) -> float | None:
    if reset is None or reset < MOMENT:
        return reset
    return max(0.0, (reset / 1000 if reset >= MOMENT_MS else reset) - now_s)

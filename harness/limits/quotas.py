"""The quotas that one header field tells of: more than one where several limiters stand behind each other."""

import re
from collections.abc import Iterable, Iterator

from harness.dialects import Fields

# RateLimit-Policy: "a";q=14;w=3, "b";q=50;w=20 (or 14;w=3, 50;w=20) and RateLimit-Limit: 14, 14;w=3, 50;w=20.
_NAMED = re.compile(r"(x-)?rate-?limit-(policy|limit)", re.IGNORECASE)
_QUOTA = re.compile(r"(?:^\s*|;\s*q\s*=\s*)(\d{1,15})(?=\s*(?:;|$))")
_WINDOW = re.compile(r";\s*w\s*=\s*(\d{1,15})(?=\s*(?:;|$))")

# Requests, and seconds.
Quota = tuple[int, int]


def named_quotas(answers: Iterable[Fields]) -> list[Quota]:
    """Those of the field that told of most at once, with their windows."""
    found = (tuple(_told(value)) for fields in answers for name, value in fields if _NAMED.fullmatch(name))
    return sorted(set(max(found, key=lambda each: len(set(each)), default=())))


def _told(value: str) -> Iterator[Quota]:
    for member in value.split(","):
        quota, window = _QUOTA.search(member), _WINDOW.search(member)
        if quota and window:
            yield int(quota[1]), int(window[1])

"""The quotas that header fields tell of: more than one where several limiters stand behind each other."""

import re
from collections.abc import Iterable, Iterator

from harness.dialects import UNITS, Fields

# RateLimit-Policy: "a";q=14;w=3, "b";q=50;w=20 (or 14;w=3, 50;w=20), RateLimit-Limit: 14, 14;w=3, 50;w=20, and
# X-RateLimit-Limit-Minute: 50.
_NAMED = re.compile(rf"(?:x-)?rate-?limit-(?:policy|limit)(?:-({'|'.join(UNITS)}))?", re.IGNORECASE)
_QUOTA = re.compile(r"(?:^\s*|;\s*q\s*=\s*)(\d{1,15})(?=\s*(?:;|$))")
_WINDOW = re.compile(r";\s*w\s*=\s*(\d{1,15})(?=\s*(?:;|$))")

# Requests, and seconds.
Quota = tuple[int, int]
# The window is None where none was told.
Told = tuple[float, float | None]


def named_quotas(answers: Iterable[Fields]) -> list[Quota]:
    """Those of the field that told of most at once, with their windows."""
    found = (tuple(_with_windows(told)) for fields in answers for told in _by_field(fields))
    return sorted(set(max(found, key=lambda each: len(set(each)), default=())))


def quotas_of(fields: Fields) -> set[Told]:
    """All that one answer's fields tell of, each with its own window. One that is told with a window as well is not
    told without it."""
    told = {each for members in _by_field(fields) for each in members}
    windowed = {quota for quota, window in told if window is not None}
    return {(quota, window) for quota, window in told if window is not None or quota not in windowed}


def _with_windows(told: Iterable[tuple[int, int | None]]) -> Iterator[Quota]:
    for quota, window in told:
        if window is not None:
            yield quota, window


def _by_field(fields: Fields) -> Iterator[list[tuple[int, int | None]]]:
    for name, value in fields:
        if named := _NAMED.fullmatch(name):
            yield list(_members(value, UNITS.get((named[1] or "").lower())))


def _members(value: str, unit_s: int | None) -> Iterator[tuple[int, int | None]]:
    for member in value.split(","):
        quota, window = _QUOTA.search(member), _WINDOW.search(member)
        if quota:
            yield int(quota[1]), int(window[1]) if window else unit_s

"""A sender's policy from what somebody wrote: a line such as `accepted=200 retry=constant first=1s attempts=5`.

Whatever cannot be is a ValueError that says what to write instead.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, get_args

from harness.sandbox.limiter.parameters import read_count, read_duration
from harness.sandbox.sending.policy import Schedule, SenderPolicy

_STATUS = re.compile(r"[1-5](?:\d\d|xx)")
MOST_GAPS = 100
LARGEST_FACTOR = 100.0


def sender_policy_from(line: str) -> SenderPolicy:
    """Raises ValueError. What the line does not name is as in a policy that nobody was told of."""
    try:
        return _policy([word.partition("=") for word in line.split()])
    except ValueError as error:
        raise ValueError(f"sender {line!r}: {error}") from None


def _policy(words: list[tuple[str, str, str]]) -> SenderPolicy:
    told: dict[str, Any] = {}
    for name, equals, value in words:
        if not equals or not value:
            raise ValueError(f"write option=value, without spaces, in place of {name!r}")
        if name not in OPTIONS:
            alike = difflib.get_close_matches(name, OPTIONS)
            hint = f"did you mean {' or '.join(alike)}?" if alike else f"it takes {', '.join(OPTIONS)}"
            raise ValueError(f"there is no option {name!r}; {hint}")
        field, takes, read = OPTIONS[name]
        if field in told:
            raise ValueError(f"{name} comes twice")
        try:
            told[field] = read(value)
        except ValueError:
            raise ValueError(f"{name}={value} cannot be: it takes {takes}") from None
    policy = replace(SenderPolicy(), **told)
    _check(policy, set(told))
    return policy


def _check(policy: SenderPolicy, told: set[str]) -> None:
    if (policy.schedule == "table") != bool(policy.gaps_s):
        raise ValueError("retry=table and gaps=1s+5s+30s go together")
    pointless = {
        "none": {"first_s", "factor", "longest_s", "jitter", "attempts", "give_up_s"},
        "constant": {"factor", "longest_s"},
        "exponential": set(),
        "table": {"first_s", "factor", "longest_s"},
    }[policy.schedule] & told
    if pointless:
        names = [name for name, (field, *_) in OPTIONS.items() if field in pointless]
        raise ValueError(f"retry={policy.schedule} has no use for {', '.join(names)}: leave it out")


def _accepted(value: str) -> tuple[str, ...]:
    found = tuple(value.lower().split("+"))
    if not all(_STATUS.fullmatch(each) for each in found):
        raise ValueError
    return found


def _gaps(value: str) -> tuple[float, ...]:
    found = tuple(read_duration(each) for each in value.split("+"))
    if len(found) > MOST_GAPS:
        raise ValueError
    return found


def _between(least: float, most: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        number = float(value)
        if not least <= number <= most:
            raise ValueError
        return number

    return read


def _either(words: Mapping[str, Any]) -> Callable[[str], Any]:
    def read(value: str) -> Any:
        if value not in words:
            raise ValueError
        return words[value]

    return read


# By option: the field, what it takes, and how it is read.
OPTIONS: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "accepted": ("accepted", "statuses joined by +, such as 2xx or 200+404", _accepted),
    "timeout": ("timeout_s", "a duration such as 3s or 500ms", read_duration),
    "retry": ("schedule", " or ".join(get_args(Schedule)), _either({name: name for name in get_args(Schedule)})),
    "first": ("first_s", "a duration such as 1s, the first gap", read_duration),
    "factor": ("factor", f"a number from 1 to {LARGEST_FACTOR:g}", _between(1.0, LARGEST_FACTOR)),
    "longest": ("longest_s", "a duration such as 30s, the longest gap", read_duration),
    "gaps": ("gaps_s", "durations joined by +, such as 1s+5s+30s", _gaps),
    "jitter": ("jitter", "a share from 0 to 1, by which a gap may be shorter", _between(0.0, 1.0)),
    "attempts": ("attempts", "a whole number from 1 on, the first among them", read_count),
    "give-up": ("give_up_s", "a duration since the first attempt, such as 1m", read_duration),
    "retry-after": ("obeys_retry_after", "obey or ignore", _either({"obey": True, "ignore": False})),
    "redirects": ("follows_redirects", "follow or ignore", _either({"follow": True, "ignore": False})),
    "order": ("overtakes", "keep or overtake", _either({"overtake": True, "keep": False})),
}

"""A policy from what somebody wrote: a line such as `fixed-window limit=14 window=3s scope=key`, or an object of JSON.

Names may be written with dashes or underscores. Whatever cannot be is a ValueError that says what to write instead.
"""

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.sandbox.limiter.counting import COUNTED, EVERYTHING
from harness.sandbox.limiter.dialects import DIALECTS
from harness.sandbox.limiter.families import catalogue
from harness.sandbox.limiter.families.none import NoLimit
from harness.sandbox.limiter.family import Family
from harness.sandbox.limiter.parameters import Parameter, parameters
from harness.sandbox.limiter.policy import NO_RETRY_AFTER, Policy
from harness.sandbox.limiter.retry_after import HONESTY
from harness.sandbox.limiter.scope import PARTS

# Whose key is not known yet when everything is counted.
BEFORE_THE_KEY = ("address", "global")
# In the place of dialects.
NO_HEADERS = "none"


def policy_from(told: str | Mapping[str, Any]) -> Policy:
    """Raises ValueError."""
    options = dict(_words(told) if isinstance(told, str) else told)
    try:
        return _policy(_normalised(options))
    except ValueError as error:
        raise ValueError(f"limiter {told!r}: {error}" if isinstance(told, str) else f"limiter: {error}") from None


def _words(line: str) -> Mapping[str, Any]:
    if line.lstrip().startswith("{"):
        try:
            return dict(json.loads(line))
        except ValueError:
            raise ValueError(f"limiter {line!r}: it begins like JSON and is none") from None
    name, *rest = line.split() or [""]
    options = [tuple(word.split("=", 1)) for word in rest]
    for option in options:
        if len(option) < 2 or not all(option):
            raise ValueError(f"limiter {line!r}: write option=value, without spaces, in place of {'='.join(option)!r}")
    pairs = [("family", name), *((option[0], option[1]) for option in options)]
    if len({_plain(key) for key, _ in pairs}) < len(pairs):
        raise ValueError(f"limiter {line!r}: an option comes twice")
    return dict(pairs)


def _normalised(options: Mapping[str, Any]) -> dict[str, Any]:
    return {_plain(key): value for key, value in options.items()}


def _plain(text: Any) -> str:
    return str(text).strip().replace("-", "_")


def _policy(options: dict[str, Any]) -> Policy:
    kind = _family(options.pop("family", ""))
    # Before anything is missing: it may be there, misspelt.
    known = {name for each in parameters(kind) for name in (each.option, each.field)}
    if unknown := set(options) - known - set(COMMON):
        raise ValueError(_no_option(kind, min(unknown)))
    own = {each.field: _read(each, told) for each in parameters(kind) for told in _taken(options, each)}
    family = kind(**own)
    common = {name: read(options[name]) for name, read in COMMON.items() if name in options}
    policy = Policy(family, **{"headers": (), **common} if kind is NoLimit else common)
    _check(policy)
    return policy


def _family(name: Any) -> type[Family[Any]]:
    known = catalogue()
    if _plain(name) in known:
        return known[_plain(name)]
    if not name:
        raise ValueError(f"name a family first: {_listed(known)}")
    alike = difflib.get_close_matches(_plain(name), known)
    hint = f"did you mean {' or '.join(map(dashed, alike))}?" if alike else f"there are {_listed(known)}"
    raise ValueError(f"there is no family {name!r}; {hint}")


def _taken(options: dict[str, Any], parameter: Parameter) -> list[Any]:
    """Under the option's name or the field's, as `described` has it. Nothing where it was left out and may be."""
    told = [options.pop(name) for name in {parameter.option, parameter.field} if name in options]
    if len(told) > 1:
        raise ValueError(f"{parameter.option} comes twice")
    if not told and parameter.required:
        raise ValueError(f"{parameter.option} is missing: {parameter.option}= takes {parameter.takes}")
    return told


def _read(parameter: Parameter, value: Any) -> Any:
    try:
        return parameter.read(value)
    except ValueError as error:
        raise ValueError(f"{parameter.option}={value} cannot be ({error}): it takes {parameter.takes}") from None


def _no_option(kind: type[Family[Any]], name: str) -> str:
    known = [*(parameter.option for parameter in parameters(kind)), *COMMON]
    alike = difflib.get_close_matches(name, known)
    hint = f"did you mean {' or '.join(map(dashed, alike))}?" if alike else f"it takes {_listed(known)}"
    return f"{dashed(kind.name)} takes no option {name!r}; {hint}"


def _one_of(option: str, told: Any, known: Iterable[str]) -> str:
    if _plain(told) not in known:
        alike = difflib.get_close_matches(_plain(told), known)
        hint = f"; did you mean {' or '.join(map(dashed, alike))}?" if alike else ""
        raise ValueError(f"{dashed(option)}={told} cannot be: it takes one of {_listed(known)}{hint}")
    return _plain(told)


def _several(option: str, told: Any, known: Iterable[str]) -> tuple[str, ...]:
    """Of a line joined by +, of JSON a list. None twice."""
    names = told if isinstance(told, list) else str(told).split("+")
    found = tuple(_one_of(option, name, known) for name in names)
    if len(set(found)) < len(found) or not found:
        raise ValueError(f"{dashed(option)}={told} cannot be: name each of {_listed(known)} once at most")
    return found


def _headers(told: Any) -> tuple[str, ...]:
    if told == [] or _plain(told) == NO_HEADERS:
        return ()
    found = _several("headers", told, [NO_HEADERS, *DIALECTS])
    if NO_HEADERS in found:
        raise ValueError(f"headers={told} cannot be: {NO_HEADERS} stands alone")
    return found


def _status(told: Any) -> int:
    if str(told) not in {"429", "503"}:
        raise ValueError(f"status={told} cannot be: it takes 429 or 503")
    return int(told)


COMMON: dict[str, Callable[[Any], Any]] = {
    "scope": lambda told: _several("scope", told, PARTS),
    "counts": lambda told: _one_of("counts", told, COUNTED),
    "headers": _headers,
    "retry_after": lambda told: _one_of("retry_after", told, [*HONESTY, NO_RETRY_AFTER]),
    "status": _status,
}


def _check(policy: Policy) -> None:
    """What cannot be together."""
    if policy.headers and isinstance(policy.family, NoLimit):
        raise ValueError("none has no limit to tell of: leave headers out")
    if policy.counts == EVERYTHING and not set(policy.scope) <= set(BEFORE_THE_KEY):
        scopes = " or ".join(BEFORE_THE_KEY)
        raise ValueError(f"counts={EVERYTHING} comes before any key or path is looked at: scope may be {scopes}")
    if not policy.headers and policy.retry_after not in {"honest", NO_RETRY_AFTER}:
        raise ValueError(f"headers=none sends no Retry-After that could be {policy.retry_after}; take another dialect")
    if policy.retry_after == "window" and policy.family.period_s is None:
        raise ValueError(f"{dashed(policy.family.name)} has no window for retry-after=window")


def catalogue_lines() -> list[tuple[str, str]]:
    """Every family and every option, each with what there is to know about it."""
    families = [
        (" ".join([dashed(kind.name), *map(str, parameters(kind))]), kind.summary) for kind in catalogue().values()
    ]
    options = [
        ("scope=", f"whose quota: {_listed(PARTS)}; several joined by +; default key"),
        ("counts=", f"which requests: {_listed(COUNTED)}; default authenticated"),
        ("headers=", f"dialects: none, {_listed(DIALECTS)}; several joined by +; default ratelimit"),
        ("retry-after=", f"what Retry-After says: {_listed([*HONESTY, NO_RETRY_AFTER])}; default honest"),
        ("status=", "of what is refused: 429, 503; default 429"),
    ]
    return [*families, ("", ""), *options]


def dashed(name: str) -> str:
    return name.replace("_", "-")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(dashed, names))

"""Whose quota is it? With one subject's used up, single requests that differ from it in one thing alone.

They stand between two of the exhausted subject that are refused: so a window that turned meanwhile is noticed, and they
are tried again. One alone may have met the moment in which a single request had room; several in a row do not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.dialects import IN_A_ROW
from harness.limits.asker import AT_ONCE, Asker
from harness.limits.purse import Spent
from harness.limits.seen import Seen
from harness.limits.subject import Subject

# How often the quota is used up anew where it came back too soon.
TRIES = 4
# How often a group is sent with another beside it. So many more than it holds fill it for sure.
BESIDES, BEYOND = 2, 8
LOOPBACK_TOO = "127.0.0.2"


@dataclass(frozen=True, slots=True)
class Control:
    """`shares` is None where it could not be tried, and `why` says why; `numbers` are its requests."""

    dimension: str
    subject: Subject | None
    shares: bool | None
    why: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """`name` is "key", "session", "address", "operation" or "global", several joined by +; None where it is not known.
    `told` says it in words."""

    name: str | None
    told: str
    controls: tuple[Control, ...]


Exhaust = Callable[[bool], Seen | None]


def controls(
    asker: Asker, subject: Subject, exhaust: Exhaust, loopback: bool, quota: int, *, at_once: bool
) -> Iterator[Control]:
    """One for each thing by which a limiter may tell requests apart. `exhaust` uses up the subject's quota, and returns
    the request that was refused; None where none was. It is told whether all quotas have to be there again before.
    `at_once` is a limiter that only groups ever meet: one that makes them wait, or counts those under way."""
    for dimension, other, why_not in _others(asker, subject, loopback):
        if other is None:
            yield Control(dimension, None, None, why_not)
            continue
        try:
            if at_once:
                yield _tried_beside(asker, subject, dimension, other, quota)
            else:
                # Fewer than come back where a window turns: else they use all of that up, and nobody notices.
                yield _tried(asker, subject, dimension, other, exhaust, min(IN_A_ROW, max(1, quota - 1)))
        except Spent:
            yield Control(dimension, other, None, "the budget was spent")


def _others(asker: Asker, subject: Subject, loopback: bool) -> Iterator[tuple[str, Subject | None, str]]:
    if subject.kind != "session":
        yield "session", replace(subject, session=1), ""
    operation = Subject("unknown" if subject.kind == "session" else "session", address=subject.address)
    yield "operation", operation, ""
    without = "no second tenant was given: set HARNESS_OTHER_API_KEY and --other-client-id"
    tenant = replace(subject, other_tenant=True)
    yield "key", tenant if asker.has_other_tenant else None, "" if asker.has_other_tenant else without
    elsewhere = "this machine reaches the target from one address"
    yield "address", replace(subject, address=LOOPBACK_TOO) if loopback else None, "" if loopback else elsewhere


def _tried(asker: Asker, subject: Subject, dimension: str, other: Subject, exhaust: Exhaust, in_a_row: int) -> Control:
    purpose = f"scope: {other.words}"
    numbers: list[int] = []
    if not asker.knows(other):
        asker.opened(other, f"scope: a session for {other.words}")
    for number in range(TRIES):
        # What the other used up of a quota of its own before is not to be taken for the subject's.
        before = exhaust(number > 0)
        if before is None or not asker.knows(other):
            break
        asked = [each for _ in range(in_a_row) for each in asker.ask(other, purpose)]
        [after] = asker.ask(subject, "scope: still refused?")
        numbers += [each.number for each in (before, *asked, after)]
        verdicts = {each.verdict for each in asked}
        if after.refused and len(verdicts) == 1 and "unknown" not in verdicts:
            return Control(dimension, other, "refused" in verdicts, "", tuple(numbers))
    return Control(dimension, other, None, "the quota came back too soon to tell", tuple(numbers))


def _tried_beside(asker: Asker, subject: Subject, dimension: str, other: Subject, at_once: int) -> Control:
    """While a group fills it. Whoever shares it then is refused, or waits about as long as the last of them."""
    purpose = f"scope: {other.words}"
    if not asker.knows(other):
        asker.opened(other, f"scope: a session for {other.words}")
    shared: list[bool] = []
    numbers: list[int] = []
    for _ in range(BESIDES if asker.knows(other) else 0):
        group, control = asker.ask_beside(subject, min(AT_ONCE - 1, at_once + BEYOND), other, purpose)
        numbers += [each.number for each in (*group, control)]
        if any(each.refused for each in group) and control.verdict != "unknown":
            waits = max(each.received - each.sent for each in group)
            shared.append(control.refused or control.received - control.sent > waits / 2)
    if not shared or 0 < sum(shared) < len(shared):
        return Control(dimension, other, None, "groups were answered too soon to tell", tuple(numbers))
    return Control(dimension, other, shared[0], "", tuple(numbers))


def scope_of(tried: tuple[Control, ...]) -> Scope:
    """From what shares the quota to whose quota it is."""
    shares = {control.dimension: control.shares for control in tried}
    apart = [name for name in ("key", "session", "address", "operation") if shares.get(name) is False]
    unknown = [name for name in ("key", "address") if shares.get(name) is None]
    if "session" in apart:
        return Scope("session", "each session has a quota of its own", tried)
    if apart == [] and unknown:
        told = f"shared by all that was tried; whether by {' and '.join(unknown)} could not be"
        return Scope(None, told + _because(unknown, tried), tried)
    if apart == []:
        return Scope("global", "everybody shares one quota", tried)
    if unknown == ["key"]:
        name = "+".join(apart)
        told = f"each {' and '.join(apart)} has a quota of its own; other keys could not be tried"
        return Scope(name, told + _because(unknown, tried), tried)
    return Scope("+".join(apart), f"each {' and '.join(apart)} has a quota of its own", tried)


def _because(unknown: list[str], tried: tuple[Control, ...]) -> str:
    """Why those could not be tried, with what to do about it; that of the key is told last, as it says what to set."""
    reasons = [control.why for control in reversed(tried) if control.dimension in unknown and control.why]
    return f", as {', and '.join(dict.fromkeys(reasons))}" if reasons else ""

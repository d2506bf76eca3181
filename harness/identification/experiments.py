"""What is sent to a limiter to see how it behaves, as stories: each yields probes and is sent what came of them.

An experiment does not know whether the target is real: the procedure also tries them on models, to see which of them
would tell two models apart.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from harness.identification.probe import Probe
from harness.identification.trace import Observation

LARGEST_GROUP = 128
# Polls begin this much closer than what is known of the first opening, and their gaps grow.
NARROW, GROWTH = 6.0, 1.2
# What opens again within so many round trips is not seen to refuse one request alone.
SWIFT = 3.0
# So many more than it holds are sent at once to see how many that is.
BEYOND = 4
# What was not let in when it should have been is asked so often; evenly over so many windows.
PASSES, BEYOND_IT = 2, 1.15
# An experiment yields a probe, and gets its observations.
Experiment = Generator[Probe, Sequence[Observation], None]


@dataclass(frozen=True, slots=True)
class Scales:
    """What is known when an experiment begins: the quota (requests); and in seconds the time after which all of it is
    there again, a round trip, and after how long something of it is there again."""

    quota: int
    time: float
    round_trip: float
    quick: float


class Pressed(NamedTuple):
    """When the last answer was there, seconds, and how many were let in."""

    ended: float
    let_in: int


def press(purpose: str, at: float, scales: Scales, most: int) -> Generator[Probe, Sequence[Observation], Pressed]:
    """As many as are let in, from `at` on, until one is refused.

    Where the limiter may forget faster than one request after the other can be sent, many go at once.
    """
    seen: Sequence[Observation] = ()
    sent, let_in, now = 0, 0, at
    swift = scales.quota * scales.round_trip < scales.time / 8
    size = 1
    while sent < most:
        group = max(1, min(size, most - sent, scales.quota - sent))
        seen = yield Probe(now, 1 if swift else group, purpose)
        sent += len(seen)
        let_in += sum(each.admitted for each in seen)
        now = max(each.received for each in seen)
        if any(not each.admitted for each in seen):
            break
        size = min(LARGEST_GROUP, size * 2)
    if len(seen) > 1:  # who was refused among others says little: one alone does
        [alone] = yield Probe(now, 1, purpose)
        now, let_in = alone.received, let_in + alone.admitted
    return Pressed(now, let_in)


def burst(
    now: float,
    scales: Scales,
    idle: float,
    share: float,
    pause: float,
    polls: int,
    over: float,
    enough: float = 1.0,
) -> Experiment:
    """After `idle` a share of the quota, a pause, the rest; then polls while it is exhausted, and all it lets in then,
    until all of a quota came back, or `enough` of it at once.

    Times are in units of the time scale.
    """
    at, unit = now + idle * scales.time, scales.time
    if 0 < share < 1:
        some = max(1, round(share * scales.quota))
        yield Probe(at, some, f"{some} after {idle * unit:.3g} s of silence")
        at += pause * unit
    if scales.quick < SWIFT * scales.round_trip:
        yield from flood(at, scales, polls)
        return
    refused, _ = yield from press("until it refuses", at, scales, 2 * scales.quota + 8)
    yield from polled(refused, scales, polls, over, enough)


def polled(refused: float, scales: Scales, polls: int, over: float, enough: float = 1.0) -> Experiment:
    """While it is exhausted: single requests, and all it lets in where it opens, until a quota came back, or
    `enough` of it at once: a share.

    `refused` is when it last refused, seconds; over so many units of the time scale, at most.
    """
    end, widest = refused + over * scales.time, over * scales.time / polls
    gap = min(widest, scales.quick / NARROW)
    at, back = refused + gap, 0
    for _ in range(2 * polls):
        if at > end or back >= scales.quota:
            return
        gap = min(widest, gap * GROWTH)
        seen = yield Probe(at, 1, "exhausted: when does it open?")
        at = max(each.received for each in seen)
        if seen[0].admitted:
            most = 2 * scales.quota + 8 if enough >= 1 else max(1, round(enough * scales.quota))
            at, more = yield from press("how many does it let in?", at, scales, most)
            if enough < 1 and more >= most:
                return  # that many at once are a window's
            back += 1 + more
        at += gap


def filled(now: float, scales: Scales, idle: float) -> Experiment:
    """After `idle`, in units of the time scale, a few more at once than it holds: how many are let in before anything
    comes back?"""
    count = min(LARGEST_GROUP, scales.quota + BEYOND)
    yield Probe(now + idle * scales.time, count, "all that it holds, at once")


def flood(now: float, scales: Scales, groups: int) -> Experiment:
    """Where something comes back faster than one request after the other can be sent: a few more at once than it holds,
    and then several at once, more of them each time that all were let in."""
    seen = yield Probe(now, min(LARGEST_GROUP, scales.quota + BEYOND), "all that it holds, at once")
    now, _ = yield from press("until it refuses", max(each.received for each in seen), scales, 2 * scales.quota + 8)
    count = max(2, scales.quota // 12)
    for _ in range(groups // 2):
        seen = yield Probe(now, count, "faster than it lets in")
        now = max(each.received for each in seen) + scales.quick
        if all(each.admitted for each in seen):
            count = min(LARGEST_GROUP, 2 * count)


def silence(now: float, scales: Scales, quiet: float, polls: int) -> Experiment:
    """Until it refuses, then nothing for `quiet`, and all it lets in then: silence in place of polls."""
    at, _ = yield from press("until it refuses", now, scales, 2 * scales.quota + 8)
    for _ in range(polls):
        at, _ = yield from press("after a silence", at + quiet * scales.time, scales, 2 * scales.quota + 8)


def lapse(now: float, quota: int, calm: float, pause: float) -> Experiment:
    """As many as it holds and not one more, and a single one `pause` seconds later: what is only counted while nothing
    is refused. `calm` is how long nothing is sent before: seconds."""
    yield from _lapsed(now, quota, calm, pause)


def _lapsed(
    now: float, quota: int, calm: float, pause: float
) -> Generator[Probe, Sequence[Observation], Sequence[Observation]]:
    begun = now + calm
    seen = yield Probe(begun, 1, "a window begins")
    if quota > 1 and seen[0].admitted:
        seen = yield Probe(begun, quota - 1, "as many as it holds")
    if seen[-1].admitted:
        seen = yield Probe(begun + pause, 1, "is it over already?")
    return seen


def spread(now: float, quota: int, calm: float, window: float) -> Experiment:
    """One more than it holds, evenly over a little more than its window: what counts from the last request, and not
    from the first, refuses one of them. Then once more; and whether the window is over when it was believed to be,
    which tells that from a longer one. `calm` as in `lapse`: seconds."""
    for _ in range(PASSES):
        for number in range(quota + 1):
            at = now + calm + BEYOND_IT * window * number / quota
            seen = yield Probe(at, 1, "does a window begin with the first request?")
            if not seen[-1].admitted:
                break
        else:
            return
        now = seen[-1].received
    for _ in range(PASSES):
        seen = yield from _lapsed(now, quota, calm, window)
        now = seen[-1].received


def edges(now: float, scales: Scales, opens: Sequence[float]) -> Experiment:
    """Until it refuses, then single requests around the times at which models say that it opens."""
    yield from press("until it refuses", now, scales, 2 * scales.quota + 8)
    for at in sorted(opens):
        yield Probe(at, 1, "is it open already?")

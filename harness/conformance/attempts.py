"""What the webhook calls of one session tell of their sender. Pure. Times in seconds, to 10 ms.

Whatever was not seen was not seen within some time: every figure here comes with it, and none says "never".
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import Any, Literal

from harness.conformance.arrival_oracles import data_of
from harness.events import Replied
from harness.schedule import Row, Schedule, fit

# A call that was watched for less does not tell whether another attempt follows: seconds.
LEAST_WATCHED_S = 1.0
# A sender that rounds, or whose clock is not ours, may be so much early: a share of what it was told.
EARLY = 0.05
Order = Literal["passed", "after", "unseen", "unknown"]
Waiting = Literal["obeyed", "ignored", "unseen", "unknown"]
# From so many samples on, a 99th percentile is another thing than the highest.
ENOUGH_FOR_P99 = 100


def attempts(arrivals: Sequence[Replied]) -> list[Replied]:
    """The calls with the session's first reply, in order. One that says something else is another reply."""
    return [arrival for arrival in arrivals if _says(arrival) == _says(arrivals[0])]


def gaps_s(calls: Sequence[Replied]) -> list[float]:
    """From the start of each call to that of the next."""
    return [_seconds(later.at - former.at) for former, later in pairwise(calls)]


def described(calls: Sequence[Replied], ended: int) -> dict[str, Any]:
    """The attempts as plain data. `ended` is when nobody looked any more, monotonic ns."""
    return {
        "attempts": len(calls),
        "gaps_s": gaps_s(calls),
        "answered": [call.status or "reset" for call in calls],
        "watched_s": _seconds(ended - calls[0].at),
    }


def schedule(cases: Iterable[Sequence[Replied]], ended: int) -> Schedule:
    """The schedule that explains the gaps of all cases. A call that got a 2xx ends its case: no other was due."""
    return fit([_row(calls, ended) for calls in cases])


def _row(calls: Sequence[Replied], ended: int) -> Row:
    accepted = calls[-1].status is not None and 200 <= calls[-1].status < 300
    return Row(tuple(gaps_s(calls)), None if accepted else _seconds(ended - calls[-1].at))


def order(calls: Sequence[Replied], beside: Sequence[Replied], ended: int) -> Order:
    """Of all calls of a session in which the first reply's failed, and a second message was sent meanwhile.

    `beside` are those of a session that was sent the same at the same time, and whose calls succeed: they tell when the
    second reply was due, and that it says something else than the first, without which nobody can tell them apart.

    "passed": a call with another reply came before one more with the first. "after": it was due while the first was
    tried again, and came only when that was over. "unseen": none came, although it was due. "unknown": it was not due,
    or the first was tried no more by then.
    """
    first, others = attempts(calls), _others(calls)
    if others and others[0].at < first[-1].at:
        return "passed"
    due = _others(beside)
    if not due:
        return "unknown"
    if others:
        return "after" if due[0].at < first[-1].at else "unknown"
    return "unseen" if _seconds(ended - due[0].at) >= LEAST_WATCHED_S else "unknown"


def _others(calls: Sequence[Replied]) -> list[Replied]:
    """The calls with any reply but the first."""
    return [call for call in calls if _says(call) != _says(calls[0])]


def told_to_wait(
    plain: Sequence[Replied],
    told: Sequence[Replied],
    asked_s: float,
    ended: int,
    *,
    others: Iterable[Sequence[Replied]] = (),
) -> Waiting:
    """What a Retry-After of `asked_s` did: a call that got a status without one (`plain`), and one that got it with.
    `others` are further cases without one, which show how late a sender with jitter comes by itself.

    "obeyed": the next attempt waited for it, and would have come before. "ignored": it came before. "unseen": none
    came within what was watched. "unknown": without being told there was no other attempt either, or one as late.
    """
    if len(told) > 1 and gaps_s(told)[0] < asked_s * (1 - EARLY):
        return "ignored"
    if len(plain) < 2:
        return "unknown"
    by_itself_s = max(gaps_s(calls)[0] for calls in (plain, *others) if len(calls) > 1)
    if by_itself_s >= asked_s * (1 - 2 * EARLY):
        return "unknown"
    if len(told) > 1:
        return "obeyed"
    return "unseen" if _seconds(ended - told[0].at) > asked_s + by_itself_s else "unknown"


def sorted_out(cases: Mapping[str, Sequence[Replied]]) -> tuple[list[str], list[str]]:
    """The names of the cases that led to another attempt, and of those that did not."""
    again = [name for name, calls in cases.items() if len(calls) > 1]
    return again, [name for name in cases if name not in again]


def telling(cases: Mapping[str, Sequence[Replied]], ended: int) -> dict[str, Sequence[Replied]]:
    """Those with another attempt, or watched for long enough to miss one. A call may come late: it was held up."""
    least_ns = LEAST_WATCHED_S * 1e9
    return {name: calls for name, calls in cases.items() if len(calls) > 1 or ended - calls[0].at >= least_ns}


def least_watched_s(cases: Iterable[Sequence[Replied]], ended: int) -> float:
    """For how long each of the cases was watched at least."""
    return _seconds(ended - max(calls[0].at for calls in cases))


def latencies(samples_ns: Sequence[int]) -> dict[str, float | int]:
    """count, p50_ms, max_ms, and p99_ms where there are enough samples for one."""
    ranked = sorted(samples_ns)

    def rank(share: float) -> float:
        return round(ranked[ceil(share * len(ranked)) - 1] / 1e6, 1)

    p99 = {"p99_ms": rank(0.99)} if len(ranked) >= ENOUGH_FOR_P99 else {}
    return {"count": len(ranked), "p50_ms": rank(0.5), **p99, "max_ms": rank(1.0)}


def _says(arrival: Replied) -> Any:
    # A sender may number its attempts in the body, so that the bytes differ.
    return data_of(arrival).get("content", arrival.digest)


def _seconds(nanoseconds: int) -> float:
    return round(nanoseconds / 1e9, 2)

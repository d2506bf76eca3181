"""Does a limiter's Retry-After tell the truth? From what was refused, what it promised, and who came back when. Pure.

A header of whole seconds, or a date, is up to one second off by rounding alone. So the verdicts are: `kept` (let in
when it had said, and not a second before), `early` (refused although it came when told: a lie that costs a request),
`rounded` (the same, by less than a second), and `needless` (let in more than a second before it had said so).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROUNDING_S = 1.0


@dataclass(frozen=True, slots=True)
class Promise:
    """One request of a trace, in its order: seconds. `told_s` counts from `received`; None where nothing was told."""

    sent: float
    received: float
    admitted: bool
    told_s: float | None


@dataclass(frozen=True, slots=True)
class Honesty:
    """Counts of promises. `undecided` are those that nobody put to the test. `worst_early_s` is how long after the
    promised moment somebody was still refused, `worst_needless_s` how long before it somebody was let in."""

    promised: int
    kept: int
    early: int
    rounded: int
    needless: int
    undecided: int
    refused: int
    worst_early_s: float = 0.0
    worst_needless_s: float = 0.0

    @property
    def tested(self) -> int:
        return self.promised - self.undecided


def honesty(trace: Sequence[Promise], refusals_count: bool) -> Honesty:
    """Of one subject's requests, in the order of their sending. `refusals_count`: where a refused request uses up quota
    too, or may, a promise only holds for whoever stays silent until then."""
    found = {"kept": 0, "early": 0, "rounded": 0, "needless": 0, "undecided": 0}
    worst = {"early": 0.0, "needless": 0.0}
    for number, each in enumerate(trace):
        if each.admitted or each.told_s is None:
            continue
        # Of those that were under way at the same time it is not known which was decided first.
        later = [other for other in trace[number + 1 :] if other.sent >= each.received]
        overtaken = refusals_count and _overtaken(each, each.received + each.told_s, trace)
        verdict, by_s = _verdict(each, each.told_s, later, refusals_count, overtaken)
        found[verdict] += 1
        kind = "early" if verdict in ("early", "rounded") else verdict
        if kind in worst:
            worst[kind] = max(worst[kind], by_s)
    refused = sum(not each.admitted for each in trace)
    return Honesty(
        sum(found.values()), **found, refused=refused, worst_early_s=worst["early"], worst_needless_s=worst["needless"]
    )


def together(found: Iterable[Honesty]) -> Honesty:
    """Of several subjects, each of which was judged by its own requests."""
    parts = list(found)
    counts = ("promised", "kept", "early", "rounded", "needless", "undecided", "refused")
    return Honesty(
        **{name: sum(getattr(part, name) for part in parts) for name in counts},
        worst_early_s=max((part.worst_early_s for part in parts), default=0.0),
        worst_needless_s=max((part.worst_needless_s for part in parts), default=0.0),
    )


def _overtaken(promise: Promise, until: float, trace: Sequence[Promise]) -> bool:
    """Whether another request may have been decided after it, and before it was to come back."""
    return any(
        other.sent <= until and (other.sent > promise.sent or other.received > promise.received)
        for other in trace
        if other is not promise and other.received >= promise.sent
    )


def _verdict(
    promise: Promise, told_s: float, later: Sequence[Promise], refusals_count: bool, overtaken: bool
) -> tuple[str, float]:
    earliest, latest = promise.sent + told_s, promise.received + told_s
    first = next((each for each in later if each.admitted), None)
    if first is not None and first.received < earliest - ROUNDING_S:
        return "needless", earliest - first.received
    # Who was refused although it came later than told, before anybody was let in.
    until = len(later) if first is None else later.index(first)
    back = [each for each in later[:until] if each.sent > latest]
    if back and not overtaken:
        by_s = (back[:1] if refusals_count else back)[-1].sent - latest
        return ("rounded" if by_s < ROUNDING_S else "early"), by_s
    if first is not None and not back and first.received >= earliest - ROUNDING_S:
        # Let in at about the promised time, or later because nobody came in between.
        return "kept", 0.0
    return "undecided", 0.0

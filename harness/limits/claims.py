"""What a target claims of its limiters: each quota with its own window, held against the limiter that it is true of."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.limits.quotas import Told, quotas_of
from harness.limits.seen import Seen

# Of several claims those that most answers made, at most.
MOST = 4
# What a claimed window may be off before it is told to be wrong: whole seconds are rounded.
OFF_S = 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """A claim, and whether it is true: None where it may be of a limiter that was not met, or is not known. `first` is
    whether it is of the limiter that was found first."""

    quota: float
    window_s: float | None
    agrees: bool | None
    first: bool


def claimed(seen: Iterable[Seen]) -> list[Told]:
    """What most answers claimed comes first. Those of one answer that name no policy are as its dialect reads them."""
    counts: Counter[Told] = Counter()
    for each in seen:
        alone = {(each.claim.quota, each.claim.window_s)} if each.claim.quota is not None else set()
        counts.update(sorted(quotas_of(each.answer.headers) or alone, key=str))
    return [claim for claim, _ in counts.most_common(MOST)]


def held(claims: Sequence[Told], limiters: Sequence[Told], *, unknown: bool) -> list[Held]:
    """`limiters` are those that are known, the first of them first, and `unknown` is whether there is another. A claim
    is wrong where there is a limiter that it must be of: a known one of which no claim is true."""
    unclaimed = [limiter for limiter in limiters if not any(_true(claim, limiter) for claim in claims)]
    wrong = False if unclaimed and not unknown else None
    return [
        Held(
            *claim,
            agrees=True if any(_true(claim, limiter) for limiter in limiters) else wrong,
            first=bool(limiters) and _true(claim, limiters[0]),
        )
        for claim in claims
    ]


def _true(claim: Told, limiter: Told) -> bool:
    (quota, window_s), (real, real_s) = claim, limiter
    return quota == real and (window_s is None or real_s is None or abs(window_s - real_s) <= OFF_S)

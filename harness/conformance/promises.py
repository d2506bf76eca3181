"""RATE-2: does a limiter keep its word? Judged from what was sent anyway: nobody is limited for it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.conformance.ledger import Visit

# What a clock that counts whole seconds may be off, whichever way it rounds: ns.
ROUNDING_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Returns:
    """How those fared who came back when they were told to: `kept` were let in, `broken` were sent away again.

    Each broken one is (what was told, in s; after how long it came back, in s).
    """

    kept: int
    broken: tuple[tuple[float, float], ...]


def returns(visits: Iterable[Visit]) -> Returns:
    """Of each key, those who were sent away, sent nothing until the time was over, and then came back.

    Only who came back later than any rounding explains can say that a promise was broken.
    """
    by_key: dict[str, list[Visit]] = {}
    for visit in visits:
        by_key.setdefault(visit.key, []).append(visit)
    kept = 0
    broken: list[tuple[float, float]] = []
    for of_key in by_key.values():
        for told_s, late_ns, status in _comebacks(sorted(of_key, key=lambda visit: visit.sent_at)):
            if status != 429:
                kept += 1
            elif late_ns >= ROUNDING_NS:
                broken.append((told_s, round(told_s + late_ns / 1e9, 1)))
    return Returns(kept, tuple(broken))


def _comebacks(visits: Sequence[Visit]) -> Iterator[tuple[float, int, int]]:
    """(what was told in s, how long after that it came back in ns, the status it met), each comeback once."""
    for number, visit in enumerate(visits):
        if visit.status != 429 or visit.told_s is None:
            continue
        later = [other for other in visits[number + 1 :] if other.sent_at > visit.acked_at]
        if not later:
            continue
        back = later[0]
        late_ns = back.sent_at - visit.acked_at - int(visit.told_s * 1e9)
        # Who was told something else by an answer that came after this one goes by that one.
        superseded = any(o.status == 429 and visit.acked_at < o.acked_at < back.sent_at for o in visits[number + 1 :])
        if late_ns >= 0 and not superseded:
            yield visit.told_s, late_ns, back.status

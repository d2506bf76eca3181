"""What was seen of a limiter: of every request when it was sent, when its answer was there, and whether it was let in.

Times are seconds since the trace began: small numbers keep the phase of a window exact. When the target decided is
unknown, except that it lies between send and receipt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# Added on both sides of an exchange: servers count in milliseconds, and round. Seconds.
ROUNDING_S = 0.001


@dataclass(frozen=True, slots=True)
class Observation:
    """One request. `sent` and `received` in seconds since the trace began, `retry_after` in seconds from receipt. One
    that was not `answered` may have been let in, refused, or never have arrived."""

    sent: float
    received: float
    admitted: bool
    status: int = 0
    retry_after: float | None = None
    subject: str = "same"
    answered: bool = True


class Decision(NamedTuple):
    """One verdict of the limiter: it fell between `earliest` and `latest`. `number` is that of the observation; of one
    that was `lost`, to which no answer came, that of the first of its group that was answered."""

    earliest: float
    latest: float
    admitted: bool
    number: int
    lost: bool = False


@dataclass(slots=True)
class Trace:
    """Groups of requests that were under way together, in order. `lost` are those to which no answer came, as they
    would be if they had been let in: the traces of two limiters, asked together, share them."""

    observations: list[Observation] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    lost: list[Decision] = field(default_factory=list)

    def add(self, asked: Sequence[Observation]) -> None:
        """A group's order is not known. Those let in come first, so that the rest met a limiter as exhausted as it
        could be; the n-th of them between the n-th send and the n-th receipt, for that holds whatever the order was."""
        base = len(self.observations)
        group = [each for each in asked if each.answered]
        self.observations += group
        self.lost += [
            Decision(each.sent - ROUNDING_S, each.received + ROUNDING_S, True, base, lost=True)
            for each in asked
            if not each.answered
        ]
        let_in = [number for number, each in enumerate(group) if each.admitted]
        by_send = sorted(let_in, key=lambda number: group[number].sent)
        by_receipt = sorted(let_in, key=lambda number: group[number].received)
        for early, late in zip(by_send, by_receipt, strict=True):
            self._decide(group[early].sent, group[late].received, True, base + early)
        refused = sorted(
            (number for number, each in enumerate(group) if not each.admitted), key=lambda n: group[n].sent
        )
        for number in refused:
            self._decide(group[number].sent, group[number].received, False, base + number)

    def _decide(self, sent: float, received: float, admitted: bool, number: int) -> None:
        self.decisions.append(Decision(sent - ROUNDING_S, received + ROUNDING_S, admitted, number))

    @property
    def round_trip(self) -> float:
        """A usual round trip: seconds."""
        spans = sorted(each.received - each.sent for each in self.observations)
        return spans[len(spans) // 2] if spans else 0.01

    @property
    def received(self) -> list[float]:
        """When each answer was there, or no longer waited for."""
        return sorted([*(each.received for each in self.observations), *(each.latest for each in self.lost)])

    @property
    def end(self) -> float:
        return max((each.received for each in self.observations), default=0.0)


def condensed(decisions: Sequence[Decision]) -> list[Decision]:
    """Without the refusals that decide nothing for a limiter which forgets them: of each row the first and the last."""
    kept = []
    for number, each in enumerate(decisions):
        inner = 0 < number < len(decisions) - 1
        if not (
            inner and not each.admitted and not decisions[number - 1].admitted and not decisions[number + 1].admitted
        ):
            kept.append(each)
    return kept


def heard(decisions: Sequence[Decision], heeds_refusals: bool) -> Sequence[Decision]:
    """What changes the state of a model that does, or does not, heed what was refused."""
    return decisions if heeds_refusals else condensed(decisions)

"""The quantised bucket: B tokens at most; `batch` of them come back at once every `interval` seconds, on the clock."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from typing import Any, ClassVar, Self

from harness.identification.estimates import periods, quotas
from harness.identification.families.model import FAR, Model
from harness.identification.trace import Decision

# Met in a burst.
TICKS = (1, 2, 3)
# The fewest and the most that there can be.
Tokens = tuple[int, int]


class QuantisedBucket(Model):
    """`phase` is the time of one of its ticks."""

    family: ClassVar[str] = "quantised_bucket"
    continuous: ClassVar[tuple[str, ...]] = ("interval", "phase")
    opens_on_edges: ClassVar[bool] = True

    @classmethod
    def propose(cls, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
        counts = quotas(decisions, below=1, above=1)
        # A burst from idle may have met a tick or two, each of which brought a batch.
        held = {
            batch: dict.fromkeys([*counts[:5], *(count - ticks * batch for count in counts[:3] for ticks in TICKS)])
            for batch in dict.fromkeys(counts)
            if batch >= 2
        }
        for interval, phase in periods(decisions):
            for batch, quotas_of in held.items():
                for quota in quotas_of:
                    if quota > batch:
                        yield {"quota": quota, "batch": batch, "interval": interval, "phase": phase}

    @classmethod
    def sensible(cls, parameters: Mapping[str, Any]) -> bool:
        """One at a time is a token bucket, all at once a window."""
        return bool(2 <= parameters["batch"] < parameters["quota"])

    def __init__(self, quota: int, batch: int, interval: float, phase: float) -> None:
        self._quota = quota
        self.batch = batch
        self.interval = interval
        self.phase = phase
        # At the tick that was the last one, the fewest and the most tokens: more than one tick where it is not known
        # whether a decision fell before or after it.
        self._tokens: dict[int, Tokens] = {-(10**9): (quota, quota)}

    def _later(self, tick: int) -> Tokens | None:
        """At that tick, whichever of the possible ones was the last; None where all of them came after it."""
        if len(self._tokens) == 1:
            [(before, tokens)] = self._tokens.items()
            return self._filled(tokens, tick - before) if before <= tick else None
        found = [self._filled(tokens, tick - before) for before, tokens in self._tokens.items() if before <= tick]
        return (min(low for low, _ in found), max(high for _, high in found)) if found else None

    def _filled(self, tokens: Tokens, ticks: int) -> Tokens:
        quota, low, high = self._quota, tokens[0] + self.batch * ticks, tokens[1] + self.batch * ticks
        return low if low < quota else quota, high if high < quota else quota  # noqa: FURB136 - `min` costs twice as much

    def skim(self, decisions: Sequence[Decision], begin: int) -> int:
        """What can have met no tick, while it is known which one was the last."""
        if len(self._tokens) > 1:
            return begin
        [(tick, (low, high))] = self._tokens.items()
        start = tick * self.interval + self.phase
        end, at = start + self.interval, begin
        for at in range(begin, len(decisions)):
            earliest, latest, admitted, _, _ = decisions[at]
            if latest >= end:
                first = floor((earliest - self.phase) / self.interval)
                start = first * self.interval + self.phase
                end = start + self.interval
                if first <= tick or latest >= end:
                    break
                found = first, *self._filled((low, high), first - tick)
            elif earliest < start:
                break
            else:
                found = tick, low, high
            if found[2] < 1 if admitted else found[1] >= 1:
                break
            tick, low, high = found
            low, high = (low - 1 if low else 0, high - 1) if admitted else (0, 0)
        else:
            at = len(decisions)
        self._tokens = {tick: (low, high)}
        return at

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        first = max(min(self._tokens), floor((earliest - self.phase) / self.interval))
        last = max(first, floor((latest - self.phase) / self.interval))
        possible: dict[int, Tokens] = {}
        for tick in range(first, last + 1):
            tokens = self._later(tick)
            if tokens is None:
                continue
            if admitted and tokens[1] >= 1:
                possible[tick] = max(1, tokens[0]) - 1, tokens[1] - 1
            elif not admitted and tokens[0] < 1:
                possible[tick] = 0, 0
        if not admitted:  # of those under way together, some may have been refused before the tick
            met = floor((earliest - self.phase) / self.interval)
            possible |= {tick: tokens for tick, tokens in self._tokens.items() if tick > met}
        if possible:
            self._tokens = possible
            return 0.0
        miss = self._miss(first, last, earliest, latest, admitted)
        self._tokens = {last: (0, 0)}
        return miss

    def _miss(self, first: int, last: int, earliest: float, latest: float, admitted: bool) -> float:
        """How far the nearest tick is off that would explain it: seconds."""
        if admitted:
            return (last + 1) * self.interval + self.phase - latest + 1e-9
        tokens = self._later(first)
        fewest = min(low for low, _ in self._tokens.values())
        ticked = first > min(self._tokens) and fewest < 1 and tokens is not None and tokens[0] <= self.batch
        return earliest - first * self.interval - self.phase + 1e-9 if ticked else FAR

    def admits(self, at: float) -> bool:
        tick = max(min(self._tokens), floor((at - self.phase) / self.interval))
        return sum(self._later(tick) or (0, 0)) >= 2

    def parameters(self) -> dict[str, Any]:
        return {"quota": self._quota, "batch": self.batch, "interval": self.interval, "phase": self.phase}

    def fork(self) -> Self:
        twin = type(self)(self._quota, self.batch, self.interval, self.phase)
        twin._tokens = self._tokens
        return twin

    @property
    def scale(self) -> float:
        return self.interval * max(1.0, self._quota / self.batch)

    @property
    def quota(self) -> int:
        return self._quota

    @property
    def span(self) -> float:
        """A tick less may fall than on average."""
        return ceil(self._quota / self.batch) * self.interval

    @property
    def finest(self) -> float:
        return self.interval

    @property
    def sustainable(self) -> float:
        return self.batch / self.interval

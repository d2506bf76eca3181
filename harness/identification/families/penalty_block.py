"""The block: L requests within W seconds of the first; the next is refused, and all others for D seconds from then, or
from the last that was refused where each renews the block."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Self

from harness.identification.estimates import ages, first_refusals, quotas
from harness.identification.families.first_hit_window import NEVER
from harness.identification.families.model import FAR, Model
from harness.identification.trace import Decision

# Of a block, how long the window may be.
SHARES = (1.0, 0.1, 0.2, 0.5, 2.0, 5.0)


class PenaltyBlock(Model):
    family: ClassVar[str] = "penalty_block"
    continuous: ClassVar[tuple[str, ...]] = ("block", "window")
    unseen: ClassVar[str | None] = "window"
    heeds_refusals: ClassVar[bool] = True

    @classmethod
    def propose(cls, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
        refused = first_refusals(decisions)
        for block in ages(decisions, lambda opening: refused[opening.refused]):
            for quota in quotas(decisions):
                for share in SHARES:
                    yield {"quota": quota, "window": block * share, "block": block, "renewed": False}
        block = _silence(decisions)
        for quota in quotas(decisions):
            for share in SHARES:
                yield {"quota": quota, "window": block * share, "block": block, "renewed": True}

    def __init__(self, quota: int, window: float, block: float, renewed: bool = False) -> None:
        self._quota = quota
        self.window = window
        self.block = block
        self.renewed = renewed
        self._began = (NEVER, NEVER)
        self._let_in = (0, 0)
        self._blocked: tuple[float, float] | None = None

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        return self._admitted(earliest, latest) if admitted else self._refused(earliest, latest)

    def _refused(self, earliest: float, latest: float) -> float:
        if self._blocked is not None:
            miss = earliest - self._blocked[1] - self.block
            if miss > 0:
                self._blocked = (earliest, latest)
            elif self.renewed:
                self._blocked = (max(earliest, self._blocked[0]), max(latest, self._blocked[1]))
            return miss
        full = self._let_in[1] >= self._quota
        if not full and earliest < self._began[1]:
            return 0.0  # perhaps it was refused before the block ended
        miss = earliest - self._began[1] - self.window if full else FAR
        self._blocked = (earliest, latest)
        return miss

    def _admitted(self, earliest: float, latest: float) -> float:
        if self._blocked is not None:
            miss = self._blocked[0] + self.block - latest
            self._blocked = None
            self._began, self._let_in = (earliest, latest), (1, 1)
            return miss
        low, high = self._began[0] + self.window, self._began[1] + self.window
        if earliest >= high:
            self._began, self._let_in = (earliest, latest), (1, 1)
            return 0.0
        if latest < low:
            if self._let_in[0] >= self._quota:
                self._began, self._let_in = (earliest, latest), (1, 1)
                return low - latest
            if self._let_in[0] == 0:
                self._began = (self._began[0], latest)
            self._let_in = (self._let_in[0] + 1, min(self._let_in[1] + 1, self._quota))
            return 0.0
        if self._let_in[0] >= self._quota:
            self._began, self._let_in = (max(earliest, low), latest), (1, 1)
        else:
            self._began, self._let_in = (max(earliest, low), latest), (0, 1)
        return 0.0

    def admits(self, at: float) -> bool:
        if self._blocked is not None:
            return at >= sum(self._blocked) / 2 + self.block
        return self._let_in[1] < self._quota or at >= sum(self._began) / 2 + self.window

    @property
    def waits(self) -> float:
        return self.block

    @property
    def renews(self) -> bool:
        return self.renewed

    def parameters(self) -> dict[str, Any]:
        return {"quota": self._quota, "window": self.window, "block": self.block, "renewed": self.renewed}

    def fork(self) -> Self:
        twin = type(self)(self._quota, self.window, self.block, self.renewed)
        twin._began, twin._let_in, twin._blocked = self._began, self._let_in, self._blocked
        return twin

    @property
    def scale(self) -> float:
        return max(self.window, self.block)

    @property
    def finest(self) -> float:
        return min(self.window, self.block) if self.renewed else self.scale

    @property
    def quota(self) -> int:
        return self._quota

    @property
    def sustainable(self) -> float:
        return self._quota / self.window


def _silence(decisions: Sequence[Decision]) -> float:
    """How long nobody may ask, for one to be let in again: longer than between any two that were refused, and no longer
    than before any that was let in after one. Seconds."""
    refused = [(one, other) for one, other in pairwise(decisions) if not one.admitted]
    longest = max((other.earliest - one.latest for one, other in refused if not other.admitted), default=0.0)
    shortest = min((other.latest - one.earliest for one, other in refused if other.admitted), default=longest)
    return max((longest + shortest) / 2, 1e-6)

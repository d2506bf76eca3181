"""Arrivals that are no worker's: each hears all of them, and knows only whether they are for its own sessions.

Pure. What one heard in a second, less what all of them claim of that second, was for a session that nobody opened. The
stamp is the sink's, so that all put an arrival into the same second. A second is settled when all workers have told of
it; once one of them is dead and silent none is any more, since whose its sessions were nobody can say.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

# By then whoever hears an arrival has heard it: seconds after its stamp.
SETTLED_S = 5

# (second since the epoch, arrivals for own sessions, arrivals for others)
Count = tuple[int, int, int]


@dataclass(slots=True)
class Claims:
    """What one worker heard, second by second, since it was asked before."""

    _counts: dict[int, list[int]] = field(default_factory=dict)

    def count(self, second: int, *, own: bool) -> None:
        self._counts.setdefault(second, [0, 0])[0 if own else 1] += 1

    def take(self) -> list[Count]:
        taken = [(second, own, others) for second, (own, others) in sorted(self._counts.items())]
        self._counts.clear()
        return taken


class Unclaimed:
    """The claims of all workers held against each other. `total` grows as seconds are settled."""

    def __init__(self, workers: int) -> None:
        self.total = 0
        self._until: dict[str, int] = {}
        self._workers = workers
        self._claimed: dict[int, int] = {}
        self._heard: dict[int, dict[str, int]] = {}
        self._border = 0

    def enter(self, worker: str, counts: Iterable[Count], now_s: int) -> None:
        """What a worker tells, and the second in which it told it."""
        for second, own, others in counts:
            if second < self._border:
                continue  # too late to be told from one that nobody claims
            self._claimed[second] = self._claimed.get(second, 0) + own
            heard = self._heard.setdefault(second, {})
            heard[worker] = heard.get(worker, 0) + own + others
        self._until[worker] = now_s - SETTLED_S
        if len(self._until) == self._workers:
            self._settle(min(self._until.values()))

    def _settle(self, until: int) -> None:
        self._border = max(self._border, until)
        for second in [second for second in self._heard if second < until]:
            # One whose feed is broken hears less than was there.
            self.total += max(self._heard.pop(second).values()) - self._claimed.pop(second)

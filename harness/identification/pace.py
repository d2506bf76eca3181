"""What a known limiter lets in for certain, at whatever moment of its time: what is refused then, another refused.

So many in any span of so long a time: whoever keeps to that keeps to windows with any edges, and to buckets.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from harness.identification.fit import Fit

# However well a time is known, it is taken for longer by this share.
LEAST_DOUBT = 0.01


@dataclass(slots=True)
class Pace:
    """`quota` requests in any `span`, seconds."""

    quota: int
    span: float
    _answered: deque[float] = field(init=False)

    @classmethod
    def of(cls, fit: Fit, doubt: float, received: Iterable[float] = ()) -> Self:
        """`doubt` is how far a time of the limiter may be off, relative to it. For `received` see `note`."""
        model = fit.model()
        pace = cls(model.quota, model.span * (1 + max(LEAST_DOUBT, doubt)))
        pace.note(received)
        return pace

    def __post_init__(self) -> None:
        self._answered = deque(maxlen=self.quota)

    def next(self, at: float) -> tuple[float, int]:
        """When the next may go, not before `at`, and how many at once then."""
        if len(self._answered) == self.quota:
            at = max(at, self._answered[0] + self.span)
        recent = sum(each + self.span > at for each in self._answered)
        return at, self.quota - recent

    def whole(self, at: float) -> float:
        """When as many may go at once as ever, not before `at`."""
        return max([at, *(each + self.span for each in self._answered)])

    def note(self, received: Iterable[float]) -> None:
        """When an answer was there, or was no longer waited for, whatever became of them: who counts what the other
        refused is not known. The last of them are kept."""
        self._answered.extend(sorted(received))

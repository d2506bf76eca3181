"""The buckets of one policy: what its family knows of each key, for a bounded number of keys."""

from collections import OrderedDict
from typing import Any

from harness.sandbox.limiter.family import Decision, Family

SHOWN = 100


class Buckets:
    """Beyond `bound` keys the one that was not used for longest is forgotten, and so as good as new."""

    def __init__(self, family: Family[Any], bound: int = 100_000) -> None:
        self._family = family
        self._bound = bound
        self._states: OrderedDict[str, Any] = OrderedDict()

    def decide(self, key: str, now_ns: int) -> Decision:
        """Counts the request. `now_ns` never decreases."""
        decision, self._states[key] = self._family.decide(self._states.get(key), now_ns)
        self._states.move_to_end(key)
        if len(self._states) > self._bound:
            self._states.popitem(last=False)
        return decision

    def end(self, key: str) -> None:
        """An admitted request of that key was answered."""
        if key in self._states:
            self._states[key] = self._family.end(self._states[key])

    def shown(self) -> dict[str, Any]:
        """Where the buckets stand, as JSON: those that were used last."""
        keys = [key for key, _ in zip(reversed(self._states), range(SHOWN), strict=False)]
        return {key: self._family.shown(self._states[key]) for key in keys}

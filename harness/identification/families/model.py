"""What a model of a limiter can do. A family is one file: a model, and what proposes its parameters from a trace.

A model replays a trace with teacher forcing: it is told what the target decided, and says how far that is from anything
it could have said. Decisions fell somewhere in an interval, so a model keeps bounds: a request let in contradicts it
only where it was refused over the whole of the interval, and the other way round. The truth never contradicts itself.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

from harness.identification.trace import Decision

# What contradicts a model however the time is moved: seconds of distance in place of one that can be told.
FAR = 1e3
# What a mismatch counts besides how far it is off.
EACH = 0.02


class Model:
    """Base of all. Times in seconds since the trace began."""

    family: ClassVar[str]
    # Parameters that are searched over, with the smallest value of each: the others are counts and switches.
    continuous: ClassVar[tuple[str, ...]] = ()
    # The time that only shows while nothing is refused.
    unseen: ClassVar[str | None] = None
    # Whether it opens on the edges of a clock and at no other time.
    opens_on_edges: ClassVar[bool] = False
    # Whether a refused request changes the state.
    heeds_refusals: ClassVar[bool] = False

    @classmethod
    def keeps_a_clock(cls) -> bool:
        """Whether its time is that of a clock, which runs while nobody asks."""
        return "phase" in cls.continuous

    @classmethod
    def propose(cls, decisions: Sequence[Decision]) -> Iterator[dict[str, Any]]:
        """Parameters worth trying on such a trace, the likeliest first. They are refined from there."""
        raise NotImplementedError

    @classmethod
    def sensible(cls, parameters: Mapping[str, Any]) -> bool:
        """Whether no simpler family is the same with these."""
        return True

    def observe(self, earliest: float, latest: float, admitted: bool) -> float:
        """Takes the target's decision in. 0.0 where it could have been the model's own, else how far off: seconds."""
        raise NotImplementedError

    def skim(self, decisions: Sequence[Decision], begin: int) -> int:
        """Takes in what follows as long as it is plain that it could have been the model's own, in few steps: a search
        takes millions. Where that ends, `observe` goes on."""
        return begin

    def admits(self, at: float) -> bool:
        """What it would say to a request at that time, after all that was observed."""
        raise NotImplementedError

    def parameters(self) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def waits(self) -> float:
        """How long who is refused waits at most, until it opens: seconds."""
        return self.scale

    @property
    def renews(self) -> bool:
        """Whether who asks before it opens has to wait all over again."""
        return False

    def fork(self) -> Self:
        """The same in the same state, to try things on."""
        return copy.deepcopy(self)

    @property
    def scale(self) -> float:
        """The longest time it counts in: seconds."""
        raise NotImplementedError

    @property
    def finest(self) -> float:
        """The shortest time that makes it what it is: seconds."""
        return self.scale

    @property
    def sustainable(self) -> float:
        """What it lets in for ever, evenly spaced: requests a second."""
        return self.quota / self.scale

    @property
    def span(self) -> float:
        """In which it lets in a quota for certain, wherever its edges lie: seconds."""
        return self.quota / self.sustainable

    @property
    def quota(self) -> int:
        """What it lets in at once, from idle."""
        raise NotImplementedError

    def opens(self, now: float, horizon: float) -> float:
        """When it would next let one in if all is silent until then; now + horizon where not before that."""
        if self.admits(now):
            return now
        low, high = 0.0, horizon
        if not self.admits(now + high):
            return now + horizon
        while high - low > 1e-4:
            middle = (low + high) / 2
            if self.admits(now + middle):
                high = middle
            else:
                low = middle
        return now + high

    def replay(
        self, decisions: Sequence[Decision], most: float = float("inf"), worst: float = float("inf")
    ) -> tuple[int, float]:
        """How many decisions contradict it, and how far off they are in all. Given up where there are more than `most`
        of them and it is worse than `worst` as well: see `badness`."""
        hard, off, scale, observe = 0, 0.0, self.scale, self.observe
        at, end = self.skim(decisions, 0), len(decisions)
        while at < end:
            earliest, latest, admitted, _, _ = decisions[at]
            miss = observe(earliest, latest, admitted)
            at += 1
            if miss <= 0:
                at = self.skim(decisions, at)
            else:  # what contradicts it comes in rows
                hard += 1
                off += min(miss / scale, 1.0)
                if hard > most and off + EACH * hard > worst:
                    break
        return hard, off


def badness(score: tuple[int, float]) -> float:
    """By how far it is off, and a little by how often: what is nearly right is nearer than what is right more often."""
    return score[1] + EACH * score[0]

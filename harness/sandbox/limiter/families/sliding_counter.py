"""The sliding counter: two windows of the clock, of which the one before counts for the part that still overlaps."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from harness.sandbox.limiter.family import Decision, Family, in_ns, in_s
from harness.sandbox.limiter.parameters import choice, count, duration


class Counts(NamedTuple):
    """Admitted in the window of this number since 1970, and in the one before it."""

    number: int
    previous: int
    current: int

    def at(self, number: int) -> "Counts":
        """The same, seen from a window that is no earlier."""
        if number == self.number:
            return self
        return Counts(number, self.current if number == self.number + 1 else 0, 0)


@dataclass(frozen=True, slots=True)
class SlidingCounter(Family[Counts]):
    """`rounding` is what is done with the previous window's share: `exact` compares it as it is, `down` drops its
    fraction, as many implementations do, which lets one in as soon as a window begins. All of it is in whole numbers.
    """

    name: ClassVar[str] = "sliding_counter"
    summary: ClassVar[str] = "LIMIT requests, counting this window of the clock and the overlapping part of the last"
    unit: ClassVar[str] = "hits"

    limit: int = count()
    window_s: float = duration()
    rounding: str = choice("exact", "down")

    @property
    def period_s(self) -> float:
        return self.window_s

    def decide(self, state: Counts | None, now_ns: int) -> tuple[Decision, Counts]:
        window_ns = in_ns(self.window_s)
        number, elapsed_ns = divmod(now_ns, window_ns)
        counts = (state or Counts(number, 0, 0)).at(number)
        admitted = self._room(counts, elapsed_ns) > 0
        counts = counts._replace(current=counts.current + admitted)
        room = max(0, self._room(counts, elapsed_ns))
        used = counts.current + counts.previous * (window_ns - elapsed_ns) / window_ns
        windows = 2 if counts.current else 1 if counts.previous else 0
        return Decision(
            admitted=admitted,
            limit=self.limit,
            used=round(used, 6),
            remaining=room,
            next_s=0.0 if room else in_s(self._next_ns(counts, elapsed_ns)),
            reset_s=in_s(windows * window_ns - elapsed_ns),
        ), counts

    def _room(self, counts: Counts, elapsed_ns: int) -> int:
        """Requests that could be made at once, so far into the window; negative where there were too many."""
        window_ns = in_ns(self.window_s)
        share = counts.previous * (window_ns - elapsed_ns)
        whole = share // window_ns if self.rounding == "down" else -(-share // window_ns)
        return self.limit - counts.current - whole

    def _next_ns(self, counts: Counts, elapsed_ns: int) -> int:
        """Until there is room for one, if none comes before. At the latest the previous window is then empty."""
        window_ns = in_ns(self.window_s)
        moment_ns = max(elapsed_ns, self._earliest_ns(counts))
        if moment_ns < window_ns:
            return moment_ns - elapsed_ns
        return window_ns - elapsed_ns + self._earliest_ns(counts.at(counts.number + 1))

    def _earliest_ns(self, counts: Counts) -> int:
        """The moment of the window, in ns from its beginning, from which on there is room for one."""
        window_ns = in_ns(self.window_s)
        room = self.limit - counts.current - 1  # for the previous window's share
        if room < 0:
            return window_ns
        if counts.previous <= room:
            return 0
        if self.rounding == "down":  # the share must be less than room + 1
            return max(0, ((counts.previous - room - 1) * window_ns) // counts.previous + 1)
        return -(-(counts.previous - room) * window_ns // counts.previous)

    def shown(self, state: Counts) -> dict[str, int]:
        return {"previous": state.previous, "current": state.current}

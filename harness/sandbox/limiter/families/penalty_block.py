"""The penalty block: a window from the first hit, and whoever asks for more than it holds is out for a while."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from harness.sandbox.limiter.family import Decision, Family, in_ns, in_s
from harness.sandbox.limiter.parameters import choice, count, duration


class Standing(NamedTuple):
    """When the window began and what was admitted in it, or until when all is refused. In ns."""

    began_ns: int
    hits: int
    blocked_until_ns: int | None = None


@dataclass(frozen=True, slots=True)
class PenaltyBlock(Family[Standing]):
    """The block is counted from the first refusal. Those that follow do not make it longer, unless `renewed`: then it
    lasts until nobody asked for so long. After it all is new."""

    name: ClassVar[str] = "penalty_block"
    summary: ClassVar[str] = "LIMIT requests in a window from the first; one too many, and all is refused for BLOCK"
    unit: ClassVar[str] = "hits"

    limit: int = count()
    window_s: float = duration()
    block_s: float = duration()
    renewed: str = choice("no", "yes")

    @property
    def period_s(self) -> float:
        return self.window_s

    def decide(self, state: Standing | None, now_ns: int) -> tuple[Decision, Standing]:
        standing = self._at(state, now_ns)
        if standing.blocked_until_ns is None and standing.hits < self.limit:
            standing = standing._replace(hits=standing.hits + 1)
            return self._decision(standing, now_ns, admitted=True), standing
        if standing.blocked_until_ns is None or self.renewed == "yes":
            standing = standing._replace(blocked_until_ns=now_ns + in_ns(self.block_s))
        return self._decision(standing, now_ns, admitted=False), standing

    def _at(self, state: Standing | None, now_ns: int) -> Standing:
        return Standing(now_ns, 0) if state is None or now_ns >= self._ends_ns(state) else state

    def _ends_ns(self, standing: Standing) -> int:
        return standing.blocked_until_ns or standing.began_ns + in_ns(self.window_s)

    def _decision(self, standing: Standing, now_ns: int, *, admitted: bool) -> Decision:
        left_s = in_s(self._ends_ns(standing) - now_ns)
        remaining = self.limit - standing.hits if admitted else 0
        return Decision(admitted, self.limit, standing.hits, remaining, 0.0 if remaining else left_s, left_s)

    def shown(self, state: Standing) -> dict[str, object]:
        return {"hits": state.hits, "blocked": state.blocked_until_ns is not None}

"""What a sandbox needs in order to behave like a target, each figure with the run and the samples that it stands on.

No URL, id of a client, key or text of a message is in it: only families, counts and durations.
"""

from dataclasses import dataclass

SCHEMA = "harness-twin/1"


# Of a limiter's `undecided`, how likely its rule is.
SURENESS = "% sure"


@dataclass(frozen=True, slots=True)
class Limiter:
    """`policy` as `harness sandbox --limiter` takes it; of scope and Retry-After it says only what was told. None where
    nothing was refused, or, as `undecided` says then, by a rule that is not known. `samples`: requests spent.
    `undecided`: what could not be told, joined by "; ", and first the families that were not told apart, joined by |.
    """

    run: str
    samples: int
    policy: str | None
    undecided: str
    error: float  # of durations and rates, relative

    @property
    def unexplained(self) -> bool:
        """Whether it is there, and its rule is not known."""
        return self.policy is None and bool(self.undecided)

    @property
    def doubt(self) -> str:
        """How little sure its rule is, as `undecided` says it; empty where it is sure enough."""
        return next((part for part in self.undecided.split("; ") if SURENESS in part), "")


@dataclass(frozen=True, slots=True)
class Delay:
    """An empirical distribution: percentiles, and the milliseconds at each."""

    run: str
    samples: int
    percentiles: tuple[float, ...]
    ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Multiplicity:
    """Replies to an answered message, on average. `samples`: answered messages."""

    run: str
    samples: int
    mean: float


@dataclass(frozen=True, slots=True)
class Lifetime:
    """For how many seconds a session lives; `prolonged` by each use, or not."""

    run: str
    samples: int
    ttl_s: float
    prolonged: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """`policy` as `harness sandbox --sender` takes it; what it does not name was not seen. `samples`: attempts with a
    call that failed. `watched_s`: nothing that takes longer could be seen. `error`: of durations, relative. `unseen`
    are options of the policy that are only assumed: nothing of them was seen within that time."""

    run: str
    samples: int
    policy: str
    watched_s: float
    error: float
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Twin:
    """A part that was not measured is None, and never said to be the same as another. A request meets `limiter` first,
    and the one `behind` it only where that lets it in."""

    limiter: Limiter | None = None
    behind: Limiter | None = None
    response: Delay | None = None
    reply: Delay | None = None
    replies: Multiplicity | None = None
    lifetime: Lifetime | None = None
    sender: Sender | None = None

    @property
    def policies(self) -> tuple[str, ...]:
        """Those of the limiters that a sandbox can be, in the order in which a request meets them."""
        return tuple(
            each.policy for each in (self.limiter, self.behind) if each is not None and each.policy is not None
        )

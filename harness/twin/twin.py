"""What a sandbox needs in order to behave like a target, each figure with the run and the samples that it stands on.

No URL, id of a client, key or text of a message is in it: only families, counts and durations.
"""

from dataclasses import dataclass

SCHEMA = "harness-twin/1"


@dataclass(frozen=True, slots=True)
class Limiter:
    """`policy` as `harness sandbox --limiter` takes it; None where nothing was refused. `samples`: requests spent."""

    run: str
    samples: int
    policy: str | None
    undecided: str  # the families that could not be told apart, joined by |; empty where there is one
    error: float  # of durations and rates, relative


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
    """A part that was not measured is None, and never said to be the same as another."""

    limiter: Limiter | None = None
    response: Delay | None = None
    reply: Delay | None = None
    replies: Multiplicity | None = None
    lifetime: Lifetime | None = None
    sender: Sender | None = None

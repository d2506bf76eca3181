"""What a load run is asked to do, and what it says while it does it. Records only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from harness.errors import UsageError
from harness.load.arrivals import Spacing
from harness.load.manners import Manners

# A closed one keeps so many customers busy; in an open one so many come each second, however those before them fare.
SCENARIOS: Mapping[str, Literal["closed", "open"]] = {
    "conversations": "closed",
    "arrivals": "open",
    "handover": "closed",
    "surge": "open",
    "soak": "closed",
}
# Its name in the journal.
PHASE = "load"
# Customers a second. No process comes near.
FASTEST = 10_000.0
NO_PHRASES = (
    "handover takes handover_phrases in the profile, or HARNESS_HANDOVER_PHRASES: what makes the target hand over"
)
# Customers arrive over this share of the run, and within so many seconds, unless the plan says otherwise.
SPAWN_SHARE = 0.2
LONGEST_SPAWN_S = 10.0
# A process that lets more of them in at once, as Locust does each second, is late for those that it has: a second.
MOST_SPAWNED = 400.0
OVERTIME_S = 1.0
# What the backend of a source system would hold open: connections.
CONNECTIONS = 100
PER_CUSTOMER = "per-customer"


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """How many customers, for how long. Times in seconds.

    `think_s` is the mean pause of a customer between a reply and the next message. `spawn_s` is the time in which the
    customers arrive. `connections` is how many keep-alive connections they share, as the backend of a source system
    would have it; None: each customer has one of its own. In an open scenario `customers` is 0, and `arrival_rate` of
    them come each second, at even distances or as a Poisson process. With `web`, Locust's own UI on loopback port
    `web_port` starts and stops the customers instead, until the run is interrupted. Customers live in one process, or
    evenly in `workers` of them, each with connections of its own; replies come to `sinks` of them behind one URL. A
    customer writes on while fewer than `in_flight` messages of his wait for a reply. Every other conversation ends
    with a message that begins with one of `asides`, which a sandbox can be asked by to do this or that. With
    `abort_early` the run ends as soon as a window breaks its objective. `when_limited` is what customers do then: see
    `harness.load.manners`. `limits` is the limiter that the run puts to the test: see `harness.limit_rule`.
    """

    scenario: str = "conversations"
    customers: int = 200
    duration_s: float = 60.0
    spawn_s: float | None = None
    think_s: float = 1.0
    connections: int | None = CONNECTIONS
    arrival_rate: float | None = None
    spacing: Spacing = "constant"
    web: bool = False
    web_port: int = 8089
    workers: int = 0
    sinks: int = 1
    in_flight: int = 1
    asides: tuple[str, ...] = ()
    abort_early: bool = False
    when_limited: Manners = "drop"
    limits: Mapping[str, Any] | None = None

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "LoadPlan":
        """What `asdict` made of it, by way of JSON. Raises KeyError or TypeError for what is no plan."""
        return cls(**{**said, "asides": tuple(said["asides"])})

    @property
    def is_open(self) -> bool:
        return self.arrival_rate is not None

    @property
    def run_s(self) -> float:
        """For how long customers are let in: seconds. A timetable begins a little after the run, and ends by itself."""
        return self.duration_s + (OVERTIME_S if self.is_open else 0.0)

    @property
    def spawn_rate(self) -> float:
        """Customers a second."""
        spawn_s = self.spawn_s or min(self.duration_s * SPAWN_SHARE, LONGEST_SPAWN_S)
        most = float("inf") if self.spawn_s else MOST_SPAWNED * max(self.workers, 1)
        return min(self.customers / spawn_s, most)


def connections(text: str) -> int | None:
    """What --connections says. Raises UsageError."""
    if text == PER_CUSTOMER:
        return None
    if not text.isascii() or not text.isdigit() or not int(text):
        raise UsageError(f"takes a number from 1 on, or {PER_CUSTOMER} (it is {text!r})")
    return int(text)


@dataclass(frozen=True, slots=True)
class Progress:
    """A run so far. Counts are of messages, since the beginning; `customers` is how many were seen at work.

    `waiting` were accepted and have no reply yet. `p50_ms` is the median from send to reply of the latest replies,
    None before the first.
    """

    elapsed_s: float
    customers: int
    sent: int
    accepted: int
    limited: int
    failed: int
    answered: int
    waiting: int
    p50_ms: float | None

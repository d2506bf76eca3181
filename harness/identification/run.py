"""One identification under way: what was sent and seen, what explains it so far, and what may still be spent."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from harness.identification.bank import Bank
from harness.identification.behind import Search
from harness.identification.budget import Budget
from harness.identification.experiments import Scales
from harness.identification.fit import Fit
from harness.identification.layers import Behind
from harness.identification.parallel import Parallel
from harness.identification.probe import Probe
from harness.identification.trace import Observation, Trace

T = TypeVar("T")
Step = Generator[Probe, Sequence[Observation], None]


class Over(Exception):
    """Nothing more can be sent. Thrown into `identify`, it ends it with what was seen so far."""


@dataclass(slots=True)
class Run:
    """One identification under way. Seconds since the trace began."""

    budget: Budget
    draw: Callable[[], float]
    trace: Trace = field(default_factory=Trace)
    bank: Bank = field(default_factory=Bank)
    scales: Scales = field(default_factory=lambda: Scales(1, 1.0, 0.01, 1.0))
    now: float = 0.0
    rounds: int = 0
    # How often a quota was counted that others would explain as well.
    counted: int = 0
    parallel: Parallel | None = None
    refused_group: Sequence[Observation] = ()
    # All families as they stood when one of them last explained everything, and how many requests that was.
    clean: Sequence[Fit] = ()
    clean_until: int = 0
    # What looks for a second limiter, and since how many requests.
    search: Search | None = None
    looked_since: int = 0
    # Whether the budget ended it.
    cut_short: bool = False
    behind: Behind | None = None

    def send(self, probe: Probe) -> Generator[Probe, Sequence[Observation], Sequence[Observation]]:
        if len(self.trace.observations) + probe.count > self.budget.requests or probe.at > self.budget.seconds:
            raise Over
        seen = yield probe
        self.trace.add(seen)
        self.now = max([self.now, *(each.received for each in seen)])
        return seen

    def carry_out(
        self, experiment: Generator[Probe, Sequence[Observation], T]
    ) -> Generator[Probe, Sequence[Observation], T]:
        try:
            probe = next(experiment)
            while True:
                seen = yield from self.send(probe)
                probe = experiment.send(seen)
        except StopIteration as over:
            found: T = over.value
            return found

    def fit(self, *, anew: bool = False) -> None:
        """Holds all families against everything that was seen: with `anew` also those that had been given up."""
        self.bank.fit(self.trace, anew=anew)
        if self.bank.fits and not self.bank.best.hard:
            self.clean, self.clean_until = tuple(self.bank.fits), len(self.trace.decisions)
        self.scales = self.bank.scales(self.scales)

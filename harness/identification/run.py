"""One identification under way: what was sent and seen, what explains it so far, and what may still be spent."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from harness.identification.bank import Bank
from harness.identification.behind import Search
from harness.identification.budget import Budget
from harness.identification.caution import Caution
from harness.identification.experiments import Scales
from harness.identification.families.model import Model
from harness.identification.fit import Fit
from harness.identification.layers import Behind
from harness.identification.lost import reversed_of, weighed, with_lost
from harness.identification.pace import Pace
from harness.identification.parallel import Parallel
from harness.identification.probe import Probe
from harness.identification.trace import Decision, Observation, Trace

T = TypeVar("T")
Step = Generator[Probe, Sequence[Observation], None]

# An experiment takes about so many quotas.
ROOMY = 1.5


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
    # What the other limiter lets in for certain, where one of two is looked at; and what is said of such requests.
    pace: Pace | None = None
    about: str = ""
    caution: Caution = field(default_factory=Caution)
    # After how many experiments in a row nothing explained everything.
    contradicted: int = 0
    # All decisions, with those that were left out of the trace.
    decided: list[Decision] = field(default_factory=list)
    now: float = 0.0
    rounds: int = 0
    # How often a quota was counted that others would explain as well.
    counted: int = 0
    # Whether it was asked from when on a window that is not seen is counted.
    spread: bool = False
    parallel: Parallel | None = None
    refused_group: Sequence[Observation] = ()
    # All families as they stood when one of them last explained everything, and what that was.
    clean: Sequence[Fit] = ()
    explained: Sequence[Decision] = ()
    # What was looked for behind the limiter that was found.
    look: "Look | None" = None
    # Whether the budget ended it.
    cut_short: bool = False

    def send(self, probe: Probe) -> Generator[Probe, Sequence[Observation], Sequence[Observation]]:
        """The requests of a probe, where they have to keep a pace one after the other, until one is refused."""
        if self.pace is None:
            return (yield from self._sent(probe))
        told: list[Observation] = []
        while len(told) < probe.count and all(each.admitted for each in told):
            at, most = self.pace.next(max(probe.at, self.now))
            lost = len(self.trace.lost)
            seen = yield from self._sent(Probe(at, min(most, probe.count - len(told)), self.about + probe.purpose))
            self.pace.note([*(each.latest for each in self.trace.lost[lost:]), *(each.received for each in seen)])
            told += seen
        return told

    def gather(self) -> None:
        """Where what is let in for certain is enough for an experiment, all of that is waited for before the next."""
        if self.pace is not None and self.pace.quota >= ROOMY * self.scales.quota:
            self.now = self.pace.whole(self.now)

    def _sent(self, probe: Probe) -> Generator[Probe, Sequence[Observation], Sequence[Observation]]:
        spent = len(self.trace.observations) + len(self.trace.lost)
        if spent + probe.count > self.budget.requests or probe.at > self.budget.seconds:
            raise Over
        seen = yield probe
        self.take(seen)
        return [each for each in seen if each.answered]

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

    def take(self, seen: Sequence[Observation]) -> None:
        before = len(self.trace.decisions)
        self.trace.add(seen)
        self.decided += self.trace.decisions[before:]
        self.now = max([self.now, *(each.received for each in seen)])

    def whole(self) -> None:
        """With what was left out, which is to be explained in the end as well."""
        self.trace.decisions = with_lost(self.decided, [each for each in self.trace.decisions if each.lost])

    def fit(self, *, anew: bool = False) -> None:
        """Holds all families against everything that was seen: with `anew` also those that had been given up."""
        self.bank.fit(self.trace, anew=anew)
        if self.trace.lost and self.bank.fits and self.bank.best.hard:
            self._weigh(anew=anew)
        self.contradicted += 1
        if self.bank.fits and not self.bank.best.hard:
            self.contradicted = 0
            self.clean, self.explained = tuple(self.bank.fits), tuple(self.trace.decisions)
        self.scales = self.bank.scales(self.scales)

    def settle(self) -> None:
        """The likeliest of what explains everything, in the end; its times are known no better than it is known whether
        what was not answered counts."""
        self.bank.settle(self.trace)
        if self.trace.lost and self.bank.fits:
            self.bank.widen(replace(self.trace, decisions=reversed_of(self.trace)))

    def _weigh(self, *, anew: bool) -> None:
        """Whether what was not answered counts: one by one, and where the best model is the wrong one for that, all."""
        if weighed(self.trace, self.bank.best):
            self.bank.fit(self.trace, anew=anew)
        if self.bank.fits and self.bank.best.hard:
            trace, bank = replace(self.trace, decisions=reversed_of(self.trace)), Bank(list(self.bank.fits))
            bank.fit(trace, anew=True)
            if bank.fits and bank.best.hard < self.bank.best.hard:
                self.bank, self.trace.decisions = bank, trace.decisions


@dataclass(slots=True)
class Look:
    """A look for a second limiter, after `since` requests: what searches for it, the identification of what was met,
    and that of the first, asked once more then. `both` is what the two come to."""

    since: int
    search: Search
    second: Run | None = None
    again: Run | None = None
    both: Behind | None = None


def agreed(model: Model, decisions: Sequence[Decision]) -> int:
    """How many decisions there are before the first that contradicts the model."""
    contradicted = (number for number, each in enumerate(decisions) if model.observe(*each[:3]) > 0)
    return next(contradicted, len(decisions))

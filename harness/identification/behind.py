"""Is there another limiter behind the one that was found? As much as that one lets in, until something else refuses."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from harness.identification.bounds import centred
from harness.identification.experiments import LARGEST_GROUP
from harness.identification.families.model import Model
from harness.identification.fit import Fit, fitted
from harness.identification.layers import left_over
from harness.identification.lost import weighed
from harness.identification.probe import Probe
from harness.identification.room import room
from harness.identification.trace import Decision, Observation, Trace

# What the first lets in so many times is asked for before the first is looked at anew: it is known ever better.
FILLS = 4
# What the first is waited for longer than it says, at most: a share of what it counts in.
STRAYED = 3
# One refusal may be the first one's after all, asked a little too soon. So many in a row are not.
SURPRISES = 2

Asked = Generator[Probe, Sequence[Observation], bool]


@dataclass(slots=True)
class Search:
    """One search. `first` is the limiter that was found, `doubt` how far a time of it may be off, relative to it. It
    was right until `known`; between the two times of `met`, seconds, something else refused."""

    trace: Trace
    first: Fit
    shortest: float
    doubt: float = 0.01
    met: tuple[float, float] | None = None
    known: float = 0.0

    def run(self, most: int) -> Generator[Probe, Sequence[Observation], None]:
        """As much as the first lets in, at most `most` requests, until the other refuses."""
        self.known = self.trace.end
        began = len(self.trace.observations)
        while len(self.trace.observations) - began < most:
            self._look_again()
            model = self.first.model()
            left_over(model, self.trace.decisions)
            since, doubt, pause = self.trace.end, self.doubt, self.trace.round_trip
            if (yield from sustained(model, since, self.known, doubt, pause, FILLS * model.quota)):
                if self._alone():
                    continue
                refused = [each.sent for each in self.trace.observations if each.sent > since and not each.admitted]
                self.met = min(refused, default=since), self.trace.end
                return
            self.known = self.trace.end

    def others(self) -> list[Decision]:
        """What the other limiter decided, as far as it is known: until it was met it refused nothing, and what the
        first can have refused is not its own."""
        since = self.met[0] if self.met else self.trace.end
        left = left_over(self.first.model(), self.trace.decisions)
        return [each for each in left if each.admitted or each.latest >= since]

    def _alone(self) -> bool:
        """Whether it was the first after all, which is known better now: what one explains is no sign of two."""
        weighed(self.trace, self.first)
        fit = self._anew()
        if fit is not None and fit.hard > self.first.hard and weighed(self.trace, fit):
            fit = self._anew()
        if fit is None or fit.hard > self.first.hard:
            return False
        self._known_better(fit, self.trace.decisions)
        self.known = self.trace.end
        return True

    def _anew(self) -> Fit | None:
        decisions = self.trace.decisions
        return fitted(self.first.family, decisions, [self.first.parameters], shortest=self.shortest, anew=True)

    def _look_again(self) -> None:
        decisions = self.trace.decisions
        fit = fitted(self.first.family, decisions, [self.first.parameters], shortest=self.shortest)
        if fit is not None and fit.hard <= self.first.hard + 2:
            self._known_better(fit, decisions)

    def _known_better(self, fit: Fit, decisions: Sequence[Decision]) -> None:
        self.first, bounds = centred(fit, decisions)
        widths = [(high - low) / 2 / high for name, (low, high) in bounds.items() if name != "phase"]
        self.doubt = max(widths, default=self.doubt)


def sustained(model: Model, now: float, known: float, doubt: float, round_trip: float, most: int) -> Asked:
    """Whether something was refused that the model, which is in the state of `now`, would have let in. At most so many
    requests; each group so much later than there is room for it as the model may have strayed since `known`, when it
    was last seen to be right: by `doubt`, relative to the time that has passed."""
    sent, beyond = 0, 0
    while sent < most:
        opens = max(now, model.opens(now, 4 * model.scale))
        strayed = max(round_trip, doubt * (opens - known))
        at = opens + (model.scale / STRAYED if beyond else min(model.scale / STRAYED, strayed))
        count = max(1, min(room(model, at), LARGEST_GROUP, most - sent)) if not beyond else 1
        seen = yield Probe(at, count, "is there another limit behind it?")
        now, sent = max(each.received for each in seen), sent + len(seen)
        if not _surprised(model, _decisions(seen)):
            known, beyond = now, 0
            continue
        beyond += 1
        if beyond == SURPRISES:
            return True
    return False


def _surprised(model: Model, decisions: Sequence[Decision]) -> bool:
    """Tells the model of what was let in, and of what it would have refused too."""
    surprised = False
    for each in decisions:
        refused_too = not each.admitted and model.fork().observe(each.earliest, each.latest, False) <= 0
        if each.admitted or refused_too:
            model.observe(each.earliest, each.latest, each.admitted)
        else:
            surprised = True
    return surprised


def _decisions(seen: Sequence[Observation]) -> Sequence[Decision]:
    trace = Trace()
    trace.add(seen)
    return trace.decisions

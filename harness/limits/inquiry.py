"""The whole inquiry into a target's limiter, in order, within one budget."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.client.advice import REFUSED, key_refused, no_session, unreachable
from harness.errors import CouldNotRun
from harness.honesty import Honesty, Promise, honesty
from harness.identification.answer import Identification, answer_of
from harness.identification.budget import Budget
from harness.identification.probe import Probe
from harness.identification.procedure import identify
from harness.identification.run import Over, Run
from harness.identification.trace import Observation
from harness.limits.afterwards import withdrawn
from harness.limits.asker import Asker, Stopped
from harness.limits.cheapest import Choice, choose
from harness.limits.purse import Purse, Spent
from harness.limits.scope import Scope, controls, scope_of
from harness.limits.seen import Seen
from harness.limits.subject import Subject
from harness.limits.untried import untried
from harness.verdict import SURE

# Of the budget, what the identification leaves for what comes after it.
KEPT = 0.25
# And what of it may be spent on whether another limiter stands behind the one that was found.
BEHIND = 0.25
# For how long a target that limits the very first request is waited for, in all and without being told: seconds.
PATIENCE_S, UNTOLD_S = 60.0, 5.0
# The least that is waited before it is asked again: seconds at first, then twice as long each time.
LEAST_WAIT_S = 0.5
# Sessions asked for in vain, by answers that are no refusal, until there is none to be had.
IN_VAIN = 3
# Fresh exhaustions for the sake of Retry-After, at most.
SAMPLES = 4
# Before and after the promised time by so much: seconds. Whole seconds are rounded, either way.
BEFORE_S, AFTER_S = 1.05, 0.02
# A quota that is there again within this is waited for at the end: seconds.
CALM_S = 120.0


@dataclass(slots=True)
class Findings:
    """What is known so far. `trace` are the requests by which the limiter was identified, in their order; `undone` is
    what the budget did not allow, in words."""

    seen: list[Seen] = field(default_factory=list)
    choice: Choice | None = None
    run: Run | None = None
    identified: Identification | None = None
    trace: list[Seen] = field(default_factory=list)
    scope: Scope | None = None
    honesty: Honesty | None = None
    calm_in_s: float | None = None
    undone: list[str] = field(default_factory=list)
    stopped: bool = False


class Inquiry:
    """One inquiry. `findings` is what is known, also where it was stopped."""

    def __init__(
        self,
        asker: Asker,
        purse: Purse,
        draw: Callable[[], float],
        tell: Callable[[str], None],
        findings: Findings,
        *,
        loopback: bool,
    ) -> None:
        """`tell` is called with what is done next. `findings.seen` is for the asker's observer to fill."""
        self.findings = findings
        self._asker = asker
        self._purse = purse
        self._draw = draw
        self._tell = tell
        self._loopback = loopback

    def run(self) -> None:
        """Raises CouldNotRun where the target cannot be asked at all."""
        try:
            self._enter()
            self.findings.choice = choose(self._asker, self._purse)
            if (subject := self.findings.choice.subject) is not None:
                self._identify(subject)
                self._scope(subject)
                self._promises(subject)
                self._hold(subject)
                self._calm()
            else:
                self.findings.undone.append(untried(self.findings.seen, cut_short=self.findings.choice.cut_short))
        except Stopped:
            self.findings.stopped = True
        except Spent:
            self.findings.undone.append("everything that was left: the budget was spent")

    def _enter(self) -> None:
        """A session to speak in. A target that limits already is waited for: as long as it says, and each time for
        longer, since it may say 0 for ever. One that gives none is not asked further: what it answers says nothing of
        a limit."""
        speaker, in_vain, least_s = Subject("message"), 0, LEAST_WAIT_S
        while True:
            entered = self._asker.opened(speaker)
            answer = entered.answer
            if answer.status is None and not entered.refused:
                raise unreachable(self._asker.base_url, answer)
            if answer.status in REFUSED:
                raise key_refused(self._asker.base_url, answer)
            if self._asker.knows(speaker):
                return
            if not entered.refused:
                in_vain += 1
                if in_vain == IN_VAIN:
                    raise no_session(self._asker.base_url, answer)
                continue
            told_s = entered.retry_after_s
            again = self._asker.now() + max(least_s, UNTOLD_S if told_s is None else told_s) + AFTER_S
            if again > min(PATIENCE_S, self._purse.seconds) or not self._purse.left:
                raise CouldNotRun(
                    f"{self._asker.base_url} limits the very first request (HTTP {entered.status}): "
                    "somebody uses the quota up. Wait until it is free, or use a key that nobody else uses"
                )
            self._tell("limited from the start: waiting")
            self._asker.wait_until(again)
            least_s *= 2

    def _identify(self, subject: Subject) -> None:
        before = self._before(subject)
        self.findings.trace = [each for group in before for each in group if each.verdict != "unknown"]
        requests = sum(map(len, before)) + round((1 - KEPT) * self._purse.left)
        procedure = identify(
            Budget(requests, (1 - KEPT) * self._purse.seconds),
            self._draw,
            [[_observation(each) for each in group] for group in before],
            look_behind=round(BEHIND * self._purse.left),
        )
        ended: Spent | Stopped | CouldNotRun | None = None
        try:
            probe = next(procedure)
            while True:
                self._tell(probe.purpose)
                try:
                    seen = self._told(subject, probe)
                except (Spent, Stopped, CouldNotRun) as stop:
                    ended = stop
                    probe = procedure.throw(Over())
                else:
                    probe = procedure.send([_observation(each) for each in seen])
        except StopIteration as over:
            self.findings.run = over.value
            self.findings.identified = answer_of(over.value)
            if over.value.cut_short and _unsure(self.findings.identified):
                self.findings.undone.append("a surer answer, for its share of the budget was spent")
        if isinstance(ended, Stopped | CouldNotRun):
            raise ended

    def _before(self, subject: Subject) -> list[list[Seen]]:
        """What used up the quota before, in groups: everything, where even a message to nobody does."""
        counted = self.findings.seen
        if subject.kind != "unknown":
            counted = [each for each in counted if each.subject.kind == subject.kind]
        return _in_groups(counted)

    def _told(self, subject: Subject, probe: Probe) -> list[Seen]:
        """All that was sent for a probe; again where nothing came of it, which the asker bears a few times only."""
        before, told = len(self.findings.seen), 0
        while not told:
            self._asker.ask(subject, probe.purpose, probe.at, probe.count)
            told = sum(each.verdict != "unknown" for each in self.findings.seen[before:])
        seen = self.findings.seen[before:]
        self.findings.trace += [each for each in seen if each.verdict != "unknown"]
        return seen

    def _scope(self, subject: Subject) -> None:
        self._tell("whose quota is it?")
        run, identified = self.findings.run, self.findings.identified
        quota = int(identified.parameters.get("quota", 1)) if identified else 1
        at_once = run is not None and run.parallel is not None
        back_s = min(CALM_S, run.bank.best.model().scale) if run is not None and run.bank.fits else 0.0

        def exhaust(again: bool) -> Seen | None:
            if again:
                self._asker.wait_until(self._asker.now() + back_s)
            return self._exhausted(subject)

        tried = controls(self._asker, subject, exhaust, self._loopback, quota, at_once=at_once)
        self.findings.scope = scope_of(tuple(tried))

    def _exhausted(self, subject: Subject) -> Seen | None:
        """Uses up what is left of the quota. The last request, which was refused; None where none was."""
        identified = self.findings.identified
        quota = int(identified.parameters.get("quota", 1)) if identified else 1
        left = 2 * quota + 4
        while left > 0:
            [last] = self._asker.ask(subject, "uses up the quota")
            if last.refused:
                return last
            count = min(left, max(1, quota // 2))
            if count > 1:
                self._asker.ask(subject, "uses up the quota", count=count)
            left -= count + 1
        return None

    def _promises(self, subject: Subject) -> None:
        """Samples of what Retry-After promises, beside what the trace says: before its time and after, in turn."""
        try:
            for number in range(SAMPLES):
                refused = self._exhausted(subject)
                if refused is None or refused.retry_after_s is None:
                    break
                promised = refused.received + refused.retry_after_s
                early = number % 2 == 1 and refused.retry_after_s > 2 * BEFORE_S
                at = promised - BEFORE_S if early else promised + AFTER_S
                self._tell("does Retry-After keep its word?")
                self._asker.ask(subject, "does Retry-After keep its word?", at)
        except Spent:
            self.findings.undone.append("samples of Retry-After: the budget was spent")
        identified = self.findings.identified
        counts = bool(identified and identified.heeds_refusals)
        mine = [each for each in self.findings.seen if each.subject == subject]
        self.findings.honesty = honesty([_promise(each) for each in mine if each.verdict != "unknown"], counts)

    def _hold(self, subject: Subject) -> None:
        """The answer is held against what was asked since, for the sake of other questions."""
        run, identified, trace = self.findings.run, self.findings.identified, self.findings.trace
        if run is None or identified is None or not trace:
            return
        last = max(each.number for each in trace)
        since = [each for each in self.findings.seen if each.number > last and each.subject == subject]
        later = [[_observation(each) for each in group] for group in _in_groups(since)]
        self.findings.identified = withdrawn(identified, run, later)

    def _calm(self) -> None:
        """Leaves no exhausted quota behind where that takes no long wait, and says so where it does."""
        identified = self.findings.identified
        if identified is None or identified.calm_at is None:
            return
        # As long as the whole of it took to come back then, counted from the last request.
        last = max(each.received for each in self.findings.seen)
        whole_s = max(0.0, identified.calm_at - identified.seconds)
        until = last + max(whole_s, 1.0 / identified.sustainable_per_s if identified.sustainable_per_s else 0.0)
        left = until - self._asker.now()
        if 0 < left <= CALM_S and until <= self._purse.seconds:
            self._tell(f"leaving the quota as it was found: {left:.0f} s of silence")
            self._asker.wait_until(until)
            left = 0.0
        self.findings.calm_in_s = max(0.0, left)


def _in_groups(seen: Sequence[Seen]) -> list[list[Seen]]:
    """Those that were sent at once, together."""
    return [list(group) for _, group in itertools.groupby(seen, key=lambda each: each.group)]


def _unsure(identified: Identification) -> bool:
    """Whether of one of the limiters more could be known."""
    second = identified.behind
    return min(identified.confidence, second.confidence if second else 1.0) < SURE


def _observation(seen: Seen) -> Observation:
    return Observation(seen.sent, seen.received, seen.admitted, answered=seen.verdict != "unknown")


def _promise(seen: Seen) -> Promise:
    return Promise(seen.sent, seen.received, seen.admitted, seen.retry_after_s if seen.refused else None)

"""Was the limiter that an inquiry found the one that a load run met? Each request that was let in or refused is held
against what follows from it: never more, never sooner (`harness.limit_rule`), and hardly less than its model lets in of
the same requests (`harness.expected`).

Pure: takes the events of one phase as they go by, and holds no more of them than the limiter itself remembers, and what
is not answered yet: counts in narrow bins of time. A bin's edges, and the time that an answer takes, are given to the
limiter: what is told to contradict it does.

    confirmed       more was asked for than it could let in, and it let in as much as it is said to for ever, no more,
                    and refused none too soon
    refuted         it let in more than it could, or refused what it had to let in
    not_tested      too little was asked for to tell, or too unevenly; what was seen does not contradict it
    not_comparable  such a limit bears on a run otherwise than on its requests taken together
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from harness.events import Acked, Began, Compared, Event, Failed, Limited, Refused, Sent
from harness.exchanges import Exchange
from harness.expected import Expected
from harness.limit_rule import LimitRule

Verdict = Literal["confirmed", "refuted", "not_tested", "not_comparable"]
# By then a request has its answer, or will have none: nanoseconds.
SETTLED = 30_000_000_000
# A bin of time is this share of what the limiter remembers, and not narrower than this.
BINS, NARROWEST = 50, 5_000_000
# So many places are tried for the edge of a window, where it is not known.
PHASES = 20
# Of the refused, what may come too soon all the same: someone else may use the same quota now and then.
UNEXPLAINED = 0.01
# By what share less may be let in than by the model: its times are off by a little, and requests reach it unevenly.
LESS = 0.1
_COUNTS = ("asked", "let_in", "refused", "judged", "unexplained")


@dataclass(frozen=True, slots=True)
class Prediction:
    """Of the requests that were `asked`, so many were `let_in` and `refused`; the rest failed, or had no answer. `most`
    is how many could have been let in, in the `seconds` from the first send to the last answer, and `fewest` how many
    had to be, by the limiter's model. Of the refused, `judged` could be held against what was let in before them, and
    `unexplained` of these came too soon."""

    verdict: Verdict
    why: str
    asked: int
    let_in: int
    refused: int
    judged: int
    unexplained: int
    most: float
    fewest: float
    seconds: float


@dataclass(slots=True)
class _Bin:
    """A stretch of time by what was sent in it: how many `may` have used up quota, how many were `refused`, and when
    the last of these had its answer (monotonic nanoseconds)."""

    may: int = 0
    refused: int = 0
    answered: int = 0


class _Quota:
    """One quota and its use."""

    def __init__(self, rule: LimitRule, began: int) -> None:
        self._rule = rule
        self._began = began
        self._memory = round(rule.memory_s * (1 + rule.off) * 1e9)
        self._width = max(self._memory // BINS, NARROWEST)
        self._bins: dict[int, _Bin] = {}
        self._expected = Expected(rule.found)
        self._slowest = 0
        self._next: int | None = None
        self.first: int | None = None
        self.last = self.asked = self.let_in = self.refused = self.judged = self.unexplained = 0

    def send(self, at: int) -> None:
        self.asked += 1
        self.first = at if self.first is None else min(self.first, at)
        self.last = max(self.last, at)
        number = at // self._width
        self._bins.setdefault(number, _Bin()).may += 1
        self._expected.send(at)
        self._next = number if self._next is None else self._next
        settled = (at - SETTLED) // self._width
        if settled - self._next > SETTLED // self._width:
            self._judge(settled)

    def settle(self, sent: int, at: int, *, refused: bool, let_in: bool) -> None:
        self.last = max(self.last, at)
        self.let_in += let_in
        if refused or not self._rule.queues:
            self._slowest = max(self._slowest, min(at - sent, SETTLED))
        if refused:
            self.refused += 1
            found = self._bins.setdefault(sent // self._width, _Bin())
            found.refused += 1
            found.answered = max(found.answered, at)
            found.may -= not self._rule.counts_refused

    @property
    def seconds(self) -> float:
        return (self.last - (self.first or 0)) / 1e9

    @property
    def fewest(self) -> float:
        if self._rule.renews:
            return 0.0
        return max(0.0, (1 - LESS) * self._expected.fewest - self._rule.uneven * self._rule.quota)

    def finish(self) -> None:
        self._judge(max(self._bins, default=0) + 1)

    def _judge(self, until: int) -> None:
        """The refused of the bins before that one, in which everything is settled by now; and forgets what none of the
        later ones can need."""
        use = _Use(self._bins, self._width)
        for number in sorted(number for number in self._bins if (self._next or 0) <= number < until):
            found, reached = self._bins[number], number * self._width - self._slowest
            # Else it is not known what was used up before this run.
            if found.refused and not self._rule.renews and reached - self._memory >= self._began:
                self._hold(found, reached, use)
        self._next = until
        needed = until - (self._memory + SETTLED) // self._width - 2
        self._bins = {number: found for number, found in self._bins.items() if number >= needed}

    def _hold(self, found: _Bin, reached: int, use: "_Use") -> None:
        """The refused of a bin against the most that can have been used when the first of them `reached` the limiter,
        at the earliest."""
        self.judged += found.refused
        if self._rule.weighs:
            used = use.weighed(reached, found.answered, self._memory // 2)
        else:
            used = use.between(reached - self._memory, found.answered)
        # The registration of the webhook, before a run's first request, is none of a customer's.
        before = self.first is not None and reached - self._memory <= self.first
        if used + before <= self._rule.quota - 1:
            self.unexplained += found.refused


class _Use:
    """How much of a quota may have been used, at most, between two moments (monotonic nanoseconds)."""

    def __init__(self, bins: Mapping[int, _Bin], width: int) -> None:
        self._numbers = sorted(bins)
        self._before = [0, *accumulate(bins[number].may for number in self._numbers)]
        self._width = width

    def between(self, earliest: int, latest: int) -> float:
        first = bisect_left(self._numbers, earliest // self._width)
        return self._before[bisect_right(self._numbers, latest // self._width)] - self._before[first]

    def weighed(self, earliest: int, latest: int, window: int) -> float:
        """Of a sliding counter whose window began, nobody knows when, at most `window` before `earliest`: the most that
        its estimate can have been."""
        edges = [earliest - window * step // PHASES for step in range(1, PHASES + 1)]
        return max(
            self.between(edge, latest) + self.between(edge - window, edge) * (1 - step / PHASES)
            for step, edge in enumerate(edges)
        )


class Trial:
    """Takes the events of one phase in the order of time, each with the exchange that it belongs to."""

    def __init__(self, rule: LimitRule) -> None:
        self._rule = rule
        self._began = 0
        self._elsewhere = False
        self._quotas: dict[str, _Quota] = {}

    def enter(self, event: Event, exchange: Exchange | None) -> None:
        if isinstance(event, Began):
            self._began = event.at
        elif isinstance(event, Compared):
            self._elsewhere = True
        elif exchange is None or exchange.sent is None:
            pass
        elif isinstance(event, Sent):
            self._quota(exchange).send(event.at)
        elif isinstance(event, Acked | Refused | Limited | Failed):
            refused = _status(event) in self._rule.statuses
            let_in = not refused and isinstance(event, Acked | Refused)
            self._quota(exchange).settle(exchange.sent, event.at, refused=refused, let_in=let_in)

    def finish(self) -> Prediction:
        counts: Counter[str] = Counter()
        most = fewest = seconds = 0.0
        for quota in self._quotas.values():
            quota.finish()
            seconds = max(seconds, quota.seconds)
            most += self._rule.most_in(quota.seconds)
            fewest += quota.fewest
            for name in _COUNTS:
                counts[name] += getattr(quota, name)
        verdict, why = self._verdict(counts, most, fewest)
        return Prediction(
            verdict=verdict,
            why=why,
            asked=counts["asked"],
            let_in=counts["let_in"],
            refused=counts["refused"],
            judged=counts["judged"],
            unexplained=counts["unexplained"],
            most=round(most, 1),
            fewest=round(fewest, 1),
            seconds=round(seconds, 3),
        )

    def _verdict(self, counts: Counter[str], most: float, fewest: float) -> tuple[Verdict, str]:
        why_not = self._rule.incomparable
        if why_not is None and self._elsewhere and self._rule.each_address:
            why_not = "each source address has a quota of its own, and the customers were on several machines"
        if why_not is not None:
            return "not_comparable", why_not
        if counts["let_in"] > most:
            return "refuted", "more was let in than it can"
        if counts["unexplained"] > UNEXPLAINED * counts["judged"]:
            return "refuted", "requests were refused although quota was left"
        if counts["asked"] - counts["refused"] < fewest:
            return "refuted", "less was let in than it has to"
        if untested := _untested(counts, most, self._sustained()):
            return "not_tested", untested
        return (
            "confirmed",
            "its rate was reached and not exceeded, and each refused request came when the quota was used up",
        )

    def _sustained(self) -> float:
        """Requests that were let in at least, if its rate was reached all the time but for one quota."""
        lasted = sum(quota.seconds for quota in self._quotas.values())
        return (1 - LESS) * self._rule.rate * lasted - len(self._quotas) * self._rule.quota

    def _quota(self, exchange: Exchange) -> _Quota:
        name = exchange.operation if self._rule.each_operation else ""
        if name not in self._quotas:
            self._quotas[name] = _Quota(self._rule, self._began)
        return self._quotas[name]


def _untested(counts: Counter[str], most: float, sustained: float) -> str | None:
    if not counts["refused"]:
        return "nothing was refused"
    if counts["asked"] <= most:
        return "no more was asked for than could be let in"
    if counts["let_in"] < sustained:
        return "its rate was not reached, and by requests that came so unevenly it need not be"
    return None if counts["judged"] else "the run was shorter than what the limiter remembers"


def _status(event: Acked | Refused | Limited | Failed) -> int | None:
    return 429 if isinstance(event, Limited) else event.status

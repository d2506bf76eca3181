"""Limiters on a clock that costs no time, behind a network with round trips and jitter: what an identification is tried
on. The limiters are the sandbox's, which share no code with the models they are told by."""

import random
from collections.abc import Sequence
from typing import Any

from harness.identification.answer import Identification, answer_of
from harness.identification.budget import Budget
from harness.identification.procedure import identify
from harness.identification.run import Run
from harness.identification.trace import Observation
from harness.sandbox.limiter.family import NS, Family

# Between two requests of a group, and what a round trip varies by: seconds, and shares of its half.
APART_S = 2e-4
JITTER = 0.7, 1.6
EPOCH_S = 1_790_000_000


class VirtualLimiter:
    """`round_trip_s` on the way there and back, `service_s` for what is admitted. Of a share of all requests no answer
    comes: `loses`, half of them before the limiter has seen them."""

    def __init__(
        self, family: Family[Any], round_trip_s: float, seed: int, service_s: float = 0.0, loses: float = 0.0
    ) -> None:
        self._family = family
        self._half = round_trip_s / 2
        self._service = service_s
        self._loses = loses
        self._random = random.Random(seed)
        self.began = EPOCH_S + self._random.random() * 1000
        self._state: Any = None
        self._ends: list[float] = []
        self.now = 0.0
        self.asked = 0

    def ask(self, at: float, count: int) -> Sequence[Observation]:
        """`count` requests at once, at `at` or now, and their answers; again where none is answered."""
        seen = self._ask(at, count)
        while not any(each.answered for each in seen):
            seen += self._ask(self.now, count)
        return seen

    def _ask(self, at: float, count: int) -> list[Observation]:
        sends = [max(at, self.now) + number * APART_S for number in range(count)]
        arrivals = sorted((sent + self._half * self._random.uniform(*JITTER), sent) for sent in sends)
        seen = [self._answer(arrived, sent) for arrived, sent in arrivals]
        self.now = max(each.received for each in seen)
        self.asked += count
        return sorted(seen, key=lambda each: each.sent)

    def _answer(self, arrived: float, sent: float) -> Observation:
        lost = self._random.random() if self._loses else 1.0
        if lost < self._loses / 2:
            return Observation(sent, arrived + self._half, False, answered=False)
        self._finish(arrived)
        decision, self._state = self._family.decide(self._state, round((self.began + arrived) * NS))
        done = arrived + (decision.delay_s + self._service if decision.admitted else 0.0)
        if decision.admitted:
            self._ends.append(done)
        received = done + self._half * self._random.uniform(*JITTER)
        return Observation(sent, received, decision.admitted and lost >= self._loses, answered=lost >= self._loses)

    def _finish(self, until: float) -> None:
        over = [end for end in self._ends if end <= until]
        self._ends = [end for end in self._ends if end > until]
        for _ in over:
            self._state = self._family.end(self._state)


def identified(
    limiter: VirtualLimiter,
    seed: int = 0,
    budget: Budget | None = None,
    look_behind: int = 0,
    before: Sequence[Sequence[Observation]] = (),
) -> tuple[Identification, Run]:
    procedure = identify(budget or Budget(), random.Random(seed).random, before, look_behind=look_behind)
    try:
        probe = next(procedure)
        while True:
            probe = procedure.send(limiter.ask(probe.at, probe.count))
    except StopIteration as over:
        return answer_of(over.value), over.value

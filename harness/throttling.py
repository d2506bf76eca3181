"""What a limiter was to a run's customers: how often it refused them, for how long, and whether it was fair.

Pure: takes the events of one phase as they go by, and holds little of each customer. Here nothing is judged.

    episode    a customer is limited: from a 429 until a request that he sent after it is let in. He may ask many times
               in it. One without an end is `unrecovered`: the run was over first, or he left
    recovery   how long an episode took that has an end: from the first 429 to the answer that let him in
    let in     accepted, or refused for what it asked: a request that failed says nothing about the limiter, and counts
               neither as let in nor as asked
    starved    a customer who asked ENOUGH times, and was never let in

Fairness is Jain's index over the shares of what each customer asked that were let in: 1 where all have the same, 1/n
where one of n has everything. Who asks little has a share of 0 or 1 by mere chance: `blind` is about what a limiter
comes to that lets in as much, and does not look at who asks.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.events import Acked, Event, Limited, Refused
from harness.exchanges import Exchange
from harness.kept import Kept, Shelf

# Who asked so often and was never let in is starved; of those who asked less often nothing is told.
ENOUGH = 5
# Customers that are held in memory, of all that ever asked.
MOST_HELD = 5_000


@dataclass(frozen=True, slots=True)
class Fairness:
    """Over the `customers` who asked. `index` is Jain's and `blind` what chance would make of it; both None where
    nobody was ever let in. `least` is the smallest share of one who asked ENOUGH times; None without one."""

    customers: int
    starved: int
    index: float | None
    blind: float | None
    least: float | None


@dataclass(frozen=True, slots=True)
class Throttling:
    """`asked` and `limited` are requests by operation. Of those `limited`, `untold` had no Retry-After that can be
    read. `again` were sent again after they had been limited, and `again_limited` of these were limited again."""

    asked: Mapping[str, int]
    limited: Mapping[str, int]
    untold: int
    again: int
    again_limited: int
    episodes: int
    unrecovered: int
    fairness: Fairness


@dataclass(slots=True)
class _Customer:
    """`since` is when his episode began (monotonic nanoseconds), None where he is in none."""

    asked: int = 0
    let_in: int = 0
    since: int | None = None


class Throttled:
    """Takes the events of one phase in the order of time, each with the exchange that it belongs to."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._customers: Kept[_Customer] = Kept(_pack, _unpack, shelf, MOST_HELD)
        self._asked: Counter[str] = Counter()
        self._limited: Counter[str] = Counter()
        self._untold = self._again = self._again_limited = self._episodes = 0

    def enter(self, event: Event, exchange: Exchange | None) -> tuple[int, int] | None:
        """The episode that ended with this event, if one did: from when to when (monotonic nanoseconds)."""
        if exchange is None or exchange.sent is None or not isinstance(event, Acked | Refused | Limited):
            return None
        limited = isinstance(event, Limited)
        self._asked[exchange.operation] += 1
        self._again += bool(exchange.held)
        customer = self._customer(exchange.customer)
        customer.asked += 1
        if not limited:
            customer.let_in += 1
            return _recovered(customer, exchange.sent, event.at)
        self._limited[exchange.operation] += 1
        self._again_limited += bool(exchange.held)
        self._untold += isinstance(event, Limited) and event.retry_after_s is None
        if customer.since is None:
            customer.since = event.at
            self._episodes += 1
        return None

    def finish(self) -> Throttling:
        customers = _Shares()
        for customer in self._customers.values():
            customers.enter(customer)
        return Throttling(
            asked=dict(self._asked),
            limited={operation: self._limited[operation] for operation in self._asked},
            untold=self._untold,
            again=self._again,
            again_limited=self._again_limited,
            episodes=self._episodes,
            unrecovered=customers.unrecovered,
            fairness=customers.fairness(),
        )

    def _customer(self, name: str) -> _Customer:
        customer = self._customers.get(name)
        if customer is None:
            customer = _Customer()
            self._customers.put(name, customer)
        return customer


class _Shares:
    """Sums over customers, each of whom comes once."""

    def __init__(self) -> None:
        self._customers = self._starved = self.unrecovered = self._asked = self._let_in = 0
        self._sum = self._squares = self._luck = 0.0
        self._least: float | None = None

    def enter(self, customer: _Customer) -> None:
        share = customer.let_in / customer.asked
        self._customers += 1
        self._asked += customer.asked
        self._let_in += customer.let_in
        self._sum += share
        self._squares += share * share
        self._luck += 1 / customer.asked
        self.unrecovered += customer.since is not None
        if customer.asked >= ENOUGH:
            self._starved += not customer.let_in
            self._least = share if self._least is None else min(self._least, share)

    def fairness(self) -> Fairness:
        least = None if self._least is None else round(self._least, 4)
        if not self._let_in:
            return Fairness(self._customers, self._starved, None, None, least)
        index = self._sum**2 / (self._customers * self._squares)
        # Of shares that are means of so many throws of one coin.
        chance = self._let_in / self._asked
        blind = chance / (chance + (1 - chance) * self._luck / self._customers)
        return Fairness(self._customers, self._starved, round(index, 4), round(blind, 4), least)


def _recovered(customer: _Customer, sent: int, at: int) -> tuple[int, int] | None:
    """What was under way before the 429 ends no episode."""
    since = customer.since
    if since is None or sent < since:
        return None
    customer.since = None
    return since, at


def _pack(customer: _Customer) -> list[Any]:
    return [customer.asked, customer.let_in, customer.since]


def _unpack(data: list[Any]) -> _Customer:
    return _Customer(*data)

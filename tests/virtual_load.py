"""A load run on a clock that costs no time, against a limiter of the sandbox's, behind a network with round trips: its
events, as its customers would have written them. The limiter shares no code with the rules it is held against."""

import random
from collections.abc import Callable, Iterator
from typing import Any

from harness.events import Acked, Began, Event, Limited, Planned, Sent
from harness.sandbox.limiter.family import Family

SECOND = 1_000_000_000
EPOCH_S = 1_790_000_000


def met(
    family: Family[Any],
    rate: float,
    seconds: float,
    seed: int,
    operation: Callable[[int], str] = lambda number: "sendMessage",
) -> list[Event]:
    """So many requests a second as a Poisson process, whatever becomes of those before them."""
    return sorted(_events(family, rate, seconds, random.Random(seed), operation), key=lambda event: event.at)


def _events(
    family: Family[Any], rate: float, seconds: float, dice: random.Random, operation: Callable[[int], str]
) -> Iterator[Event]:
    yield Began(0, 0, "load")
    began, round_trip = EPOCH_S + dice.random() * 1000, dice.uniform(0.001, 0.05)
    arrivals, at = [], 0.001
    while (at := at + dice.expovariate(rate)) < seconds:
        arrivals.append((at + round_trip * dice.uniform(0.3, 0.7), at))
    states: dict[str, Any] = {}
    for number, (arrived, sent) in enumerate(sorted(arrivals)):
        name = operation(number)
        decision, states[name] = family.decide(states.get(name), round((began + arrived) * SECOND))
        answered = round((arrived + (decision.delay_s if decision.admitted else 0.0) + round_trip / 2) * SECOND)
        yield Planned(round(sent * SECOND), f"r{number}", name, f"c{number % 7}", "s")
        yield Sent(round(sent * SECOND), f"r{number}")
        yield Acked(answered, f"r{number}", 200) if decision.admitted else Limited(answered, f"r{number}", 1.0)

"""Two limiters at once, drawn: how often is each of them named, and how well?

A fast one of few requests and a slow one of several times as many, either of them before the other, on a virtual clock:
`python -m benchmarks.limits_layers --first 100 --count 24`.
"""

import argparse
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from benchmarks.virtual_limiter import VirtualLimiter, identified
from harness.identification.budget import Budget
from harness.identification.trace import Observation
from harness.limits.cheapest import FIRST, MOST
from harness.sandbox.limiter.families.first_hit_window import FirstHitWindow
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.sliding_log import SlidingLog
from harness.sandbox.limiter.families.token_bucket import TokenBucket

# What `harness limits` spends on it by itself.
BUDGET, LOOK_BEHIND = Budget(requests=1200, seconds=900), 300
KINDS: dict[str, Callable[[int, float], Any]] = {
    "token_bucket": lambda quota, window: TokenBucket(quota / window, quota),
    "fixed_window_aligned": FixedWindow,
    "sliding_log": SlidingLog,
    "fixed_window_first_hit": FirstHitWindow,
}


class Both:
    """As the sandbox has its layers: who is refused by the first is never seen by the second."""

    def __init__(self, first: Any, second: Any) -> None:
        self._first, self._second = first, second

    def decide(self, state: Any, now_ns: int) -> Any:
        one, other = state or (None, None)
        decision, one = self._first.decide(one, now_ns)
        if decision.admitted:
            decision, other = self._second.decide(other, now_ns)
        return decision, (one, other)

    def end(self, state: Any) -> Any:
        return state


@dataclass(frozen=True, slots=True)
class Case:
    """`first` and `second` say whether the family and the quota of each are right: None where it was not named."""

    words: str
    seen: bool
    first: bool | None
    second: bool | None
    requests: int


def opened(world: VirtualLimiter) -> list[Sequence[Observation]]:
    """What `harness limits` has sent before it begins: more and more at once until one is refused, then three alone, to
    see whether two kinds of request share a quota."""
    groups: list[Sequence[Observation]] = []
    count = FIRST
    while not groups or all(each.admitted for each in groups[-1]):
        groups.append(world.ask(world.now, count))
        count = min(2 * count, MOST)
    return groups + [world.ask(world.now, 1) for _ in range(3)]


def tried(seed: int) -> Case:
    r = random.Random(seed)
    fast, slow = r.choice(list(KINDS)), r.choice(list(KINDS))
    quota, window = r.randint(5, 20), round(r.uniform(1, 3), 1)
    more = quota * r.randint(3, 6)
    longer = round(window * more / quota * r.uniform(1.5, 4), 1)
    layers = [KINDS[fast](quota, window), KINDS[slow](more, longer)]
    if r.random() >= 0.5:
        layers.reverse()
    world = VirtualLimiter(Both(*layers), r.uniform(0.002, 0.01), seed)
    answer, _ = identified(world, seed, BUDGET, LOOK_BEHIND, opened(world))
    layer = answer.behind
    first = fast in answer.families and answer.parameters.get("quota") == quota if answer.families else None
    second = slow in layer.families and layer.parameters.get("quota") == more if layer and layer.families else None
    told = [(answer.families, answer.parameters, answer.confidence)]
    told += [(layer.families, layer.parameters, layer.confidence)] if layer else []
    words = f"{seed}: {fast} {quota}/{window} s and {slow} {more}/{longer} s; told {told}"
    return Case(words, layer is not None or not answer.families, first, second, answer.requests)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=24, help="pairs")
    options.add_argument("--first", type=int, default=100, help="the first seed")
    options.add_argument("--jobs", type=int, default=2)
    asked = options.parse_args()
    with ProcessPoolExecutor(asked.jobs) as pool:
        cases = []
        for case in pool.map(tried, range(asked.first, asked.first + asked.count)):
            cases.append(case)
            print(f"first {_verdict(case.first)}, second {_verdict(case.second)}: {case.words}", flush=True)
    for name in ("first", "second"):
        found = [getattr(case, name) for case in cases]
        print(f"{name}: right {found.count(True)}, wrong {found.count(False)}, not named {found.count(None)}")
    print(f"told that there is more than one, or that nothing explains it: {sum(case.seen for case in cases)}")
    requests = sorted(case.requests for case in cases)
    print(f"requests: {requests[len(requests) // 2]} at the median, {requests[-1]} at most")


def _verdict(right: bool | None) -> str:
    return {True: "right", False: "WRONG", None: "not named"}[right]


if __name__ == "__main__":
    main()

"""How often is a limiter named rightly? Over a population of virtual ones, with parameters drawn at random.

`--write FILE` writes the report. The virtual clock costs no time; a run takes about a second of CPU for each limiter.
"""

import argparse
import math
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.virtual_limiter import VirtualLimiter, identified
from harness.identification.budget import Budget
from harness.sandbox.limiter.families.concurrency import Concurrency
from harness.sandbox.limiter.families.first_hit_window import FirstHitWindow
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.none import NoLimit
from harness.sandbox.limiter.families.penalty_block import PenaltyBlock
from harness.sandbox.limiter.families.quantised_bucket import QuantisedBucket
from harness.sandbox.limiter.families.queueing_bucket import QueueingBucket
from harness.sandbox.limiter.families.reject_log import RejectLog
from harness.sandbox.limiter.families.sliding_counter import SlidingCounter
from harness.sandbox.limiter.families.sliding_log import SlidingLog
from harness.sandbox.limiter.families.token_bucket import TokenBucket

BUDGET = Budget(requests=1200, seconds=3600)
SURENESS = (0.0, 0.6, 0.8, 0.9, 0.95, 1.01)

Draw = Callable[[random.Random, int, float], Any]
# By the name that the identification has for it: the sandbox's limiter, from a quota and a window.
POPULATION: dict[str, Draw] = {
    "token_bucket": lambda r, quota, window: TokenBucket(rate_per_s=quota / window, burst=r.randint(1, quota)),
    "fixed_window_first_hit": lambda r, quota, window: FirstHitWindow(limit=quota, window_s=window),
    "fixed_window_aligned": lambda r, quota, window: FixedWindow(limit=quota, window_s=window),
    "sliding_log": lambda r, quota, window: SlidingLog(limit=quota, window_s=window),
    "counting_log": lambda r, quota, window: RejectLog(limit=quota, window_s=window),
    "sliding_counter": lambda r, quota, window: SlidingCounter(quota, window, r.choice(("exact", "down"))),
    "penalty_block": lambda r, quota, window: PenaltyBlock(
        quota, window, round(window * r.uniform(0.5, 4), 3), r.choice(("no", "yes"))
    ),
    "quantised_bucket": lambda r, quota, window: _quantised(r, max(4, quota), window),
    "queueing_bucket": lambda r, quota, window: QueueingBucket(
        rate_per_s=max(1.0, quota / window), burst=max(4, quota)
    ),
    "concurrency": lambda r, quota, window: Concurrency(limit=max(2, quota // 2)),
    "none": lambda r, quota, window: NoLimit(),
}


def _quantised(r: random.Random, quota: int, window: float) -> QuantisedBucket:
    parts = r.randint(2, min(6, quota // 2))
    return QuantisedBucket(burst=quota, refill=quota // parts, interval_s=round(window / parts, 3))


@dataclass(frozen=True, slots=True)
class Case:
    """One limiter and what was made of it. Errors are relative."""

    family: str
    limiter: str
    found: tuple[str, ...]
    right: bool
    quota_right: bool | None
    window_error: float | None
    refill_error: float | None
    confidence: float
    requests: int
    seconds: float
    cpu_s: float
    round_trip_s: float
    parameters: dict[str, Any]


def tried(family: str, seed: int, loses: float = 0.0) -> Case:
    r = random.Random(f"{family}:{seed}")
    quota, window = r.randint(1, 100), round(0.5 * 120 ** r.random(), 3)
    limiter = POPULATION[family](r, quota, window)
    service = r.uniform(0.01, 0.1) if family == "concurrency" else 0.0
    round_trip = r.uniform(0.001, 0.05)
    world = VirtualLimiter(limiter, round_trip, seed, service, loses)
    began = time.process_time()
    answer, _ = identified(world, seed, BUDGET)
    found = answer.families or (("none",) if not answer.limited else ())
    named = found[:1] == (family,)
    right = family in found and (not named or _renewed(limiter) == answer.parameters.get("renewed"))
    named = named and right
    return Case(
        family=family,
        limiter=str(limiter),
        found=found,
        right=right,
        quota_right=_quota(limiter) == answer.parameters.get("quota") if _quota(limiter) and right else None,
        window_error=_error(_window(limiter), _found_window(answer.parameters)) if named else None,
        refill_error=_error(_refill(limiter), answer.sustainable_per_s) if named else None,
        confidence=answer.confidence if answer.limited else 1.0,
        requests=answer.requests,
        seconds=answer.seconds,
        cpu_s=time.process_time() - began,
        round_trip_s=round_trip,
        parameters=answer.parameters,
    )


def _quota(limiter: Any) -> int | None:
    burst = getattr(limiter, "burst", None)
    if isinstance(limiter, QueueingBucket):
        return None if burst is None else burst + 1
    return burst or getattr(limiter, "limit", None)


def _renewed(limiter: Any) -> bool | None:
    """Of a block, whether each refused request begins it anew."""
    return limiter.renewed == "yes" if isinstance(limiter, PenaltyBlock) else None


def _window(limiter: Any) -> float | None:
    return getattr(limiter, "window_s", None) or getattr(limiter, "interval_s", None)


def _found_window(parameters: dict[str, Any]) -> float | None:
    return parameters.get("window") or parameters.get("interval")


def _refill(limiter: Any) -> float | None:
    if hasattr(limiter, "rate_per_s"):
        return float(limiter.rate_per_s)
    if hasattr(limiter, "refill"):
        return float(limiter.refill / limiter.interval_s)
    return None


def _error(truth: float | None, found: float | None) -> float | None:
    return abs(found / truth - 1) if truth and found else None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--each", type=int, default=20, help="limiters of each family")
    options.add_argument("--first", type=int, default=1000, help="the first seed")
    options.add_argument("--only", default="", help="families, separated by commas")
    options.add_argument("--loses", type=float, default=0.0, help="of a share of requests no answer comes: 0.01")
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--write", type=Path)
    given = options.parse_args()
    names = given.only.split(",") if given.only else list(POPULATION)
    tasks = [(name, seed, given.loses) for name in names for seed in range(given.first, given.first + given.each)]
    with ProcessPoolExecutor(given.jobs) as pool:
        cases = [told(case) for case in pool.map(tried, *zip(*tasks, strict=True))]
    report = "\n".join(lines(cases))
    print(report)
    if given.write:
        given.write.write_text(report + "\n", encoding="utf-8")


def told(case: Case) -> Case:
    """As it comes, where it is wrong."""
    if not (case.right and case.quota_right in (True, None)):
        what = "quota" if case.right else "WRONG"
        found = {name: round(value, 4) for name, value in case.parameters.items()}
        print(
            f"{what}: {case.limiter}, round trips of {case.round_trip_s * 1000:.0f} ms -> {case.found} {found} "
            f"{case.confidence:.2f}, {case.requests} requests",
            flush=True,
        )
    return case


def lines(cases: Sequence[Case]) -> list[str]:
    exact = [case.quota_right for case in cases if case.quota_right is not None]
    windows = sorted(case.window_error for case in cases if case.window_error is not None)
    refills = sorted(case.refill_error for case in cases if case.refill_error is not None)
    costs = sorted(case.requests for case in cases)
    cpu = [case.cpu_s for case in cases]
    return [
        "# How well limiters are identified",
        "",
        f"{len(cases)} virtual limiters of {len({case.family for case in cases})} families: quota 1 to 100, window 0.5",
        "to 60 s (log-uniform), round trips of 1 to 50 ms with jitter, drawn at random. They are those of the sandbox,",
        "which share no code with the models. Again: `python -m benchmarks.limits_identification --write FILE`.",
        "",
        "| | |",
        "|---|---|",
        f"| right family, or a class with it | {_share(sum(case.right for case in cases), len(cases))} |",
        f"| quota exact, where the family is right | {_share(sum(exact), len(exact))} |",
        f"| window or interval: error at the median, p90 | {_errors(windows)} |",
        f"| refill: error at the median, p90 | {_errors(refills)} |",
        f"| requests: median, p90, most (cap {BUDGET.requests}) | {_three(costs)} |",
        f"| duration: median, p90, most, s | {_three(sorted(round(case.seconds) for case in cases))} |",
        f"| CPU: median, most, s | {statistics.median(cpu):.1f}, {max(cpu):.1f} |",
        "",
        "## What was found for what",
        "",
        *_confusion(cases),
        "",
        "## How sure, and how often right",
        "",
        *_calibration(cases),
    ]


def _share(count: int, of: int) -> str:
    return f"{count} of {of} ({count / of:.1%})" if of else "none"


def _errors(errors: Sequence[float]) -> str:
    return f"{_at(errors, 0.5):.2%}, {_at(errors, 0.9):.2%}" if errors else "none"


def _three(values: Sequence[int]) -> str:
    return f"{_at(values, 0.5)}, {_at(values, 0.9)}, {values[-1]}"


def _at(values: Sequence[Any], share: float) -> Any:
    return values[min(len(values) - 1, math.floor(share * len(values)))]


def _confusion(cases: Sequence[Case]) -> list[str]:
    rows: dict[str, Counter[str]] = {}
    for case in cases:
        rows.setdefault(case.family, Counter())[" or ".join(case.found) or "unexplained"] += 1
    return [
        "| is | right | found |",
        "|---|---|---|",
        *(
            f"| {family} | {sum(c.right for c in cases if c.family == family)} of {counts.total()} | "
            + ", ".join(f"{name} {count}" for name, count in counts.most_common())
            + " |"
            for family, counts in rows.items()
        ),
    ]


def _calibration(cases: Sequence[Case]) -> list[str]:
    told = ["| said to be sure | answers | right |", "|---|---|---|"]
    for low, high in pairwise(SURENESS):
        among = [case for case in cases if low <= case.confidence < high]
        if among:
            mean = statistics.mean(case.confidence for case in among)
            right = sum(case.right for case in among)
            sure = f"{low:.0%} to {min(high, 1):.0%}, {mean:.1%} on average"
            told.append(f"| {sure} | {len(among)} | {_share(right, len(among))} |")
    return told


if __name__ == "__main__":
    main()

"""What a model's parameters have to be for each limiter of the sandbox, on a virtual clock."""

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.virtual_limiter import VirtualLimiter
from harness.identification.families.aligned_window import AlignedWindow
from harness.identification.families.first_hit_window import FirstHitWindow as FirstHitModel
from harness.identification.families.model import Model
from harness.identification.families.penalty_block import PenaltyBlock as PenaltyModel
from harness.identification.families.quantised_bucket import QuantisedBucket as QuantisedModel
from harness.identification.families.sliding_counter import SlidingCounter as CounterModel
from harness.identification.families.sliding_log import CountingLog
from harness.identification.families.sliding_log import SlidingLog as LogModel
from harness.identification.families.token_bucket import TokenBucket as BucketModel
from harness.identification.trace import Trace
from harness.sandbox.limiter.families.first_hit_window import FirstHitWindow
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.penalty_block import PenaltyBlock
from harness.sandbox.limiter.families.quantised_bucket import QuantisedBucket
from harness.sandbox.limiter.families.reject_log import RejectLog
from harness.sandbox.limiter.families.sliding_counter import SlidingCounter
from harness.sandbox.limiter.families.sliding_log import SlidingLog
from harness.sandbox.limiter.families.token_bucket import TokenBucket

# Of each: the limiter from a quota and a window, and the model that it is from those and the time the trace began.
Truth = tuple[Callable[[int, float], Any], Callable[[int, float, float], Model]]
TRUTHS: dict[str, Truth] = {
    "token_bucket": (
        lambda quota, window: TokenBucket(rate_per_s=quota / window, burst=quota),
        lambda quota, window, _: BucketModel(quota, window / quota),
    ),
    "fixed_window_first_hit": (
        lambda quota, window: FirstHitWindow(limit=quota, window_s=window),
        lambda quota, window, _: FirstHitModel(quota, window),
    ),
    "fixed_window_aligned": (
        lambda quota, window: FixedWindow(limit=quota, window_s=window),
        lambda quota, window, began: AlignedWindow(quota, window, -began % window),
    ),
    "sliding_log": (
        lambda quota, window: SlidingLog(limit=quota, window_s=window),
        lambda quota, window, _: LogModel(quota, window),
    ),
    "counting_log": (
        lambda quota, window: RejectLog(limit=quota, window_s=window),
        lambda quota, window, _: CountingLog(quota, window),
    ),
    "sliding_counter": (
        lambda quota, window: SlidingCounter(quota, window, "exact"),
        lambda quota, window, began: CounterModel(quota, window, -began % window),
    ),
    "sliding_counter_down": (
        lambda quota, window: SlidingCounter(quota, window, "down"),
        lambda quota, window, began: CounterModel(quota, window, -began % window, eager=True),
    ),
    "penalty_block": (
        lambda quota, window: PenaltyBlock(quota, window, 2 * window),
        lambda quota, window, _: PenaltyModel(quota, window, 2 * window),
    ),
    "penalty_block_renewed": (
        lambda quota, window: PenaltyBlock(quota, window, 2 * window, "yes"),
        lambda quota, window, _: PenaltyModel(quota, window, 2 * window, renewed=True),
    ),
    "quantised_bucket": (
        lambda quota, window: QuantisedBucket(burst=quota + 1, refill=2, interval_s=window / 2),
        lambda quota, window, began: QuantisedModel(quota + 1, 2, window / 2, -began % (window / 2)),
    ),
}


def seen_of(limiter: VirtualLimiter, probes: Sequence[tuple[float, int]]) -> Trace:
    """The trace of `probes`: seconds of silence before, and how many at once."""
    trace = Trace()
    for silence, count in probes:
        trace.add(limiter.ask(limiter.now + silence, count))
    return trace

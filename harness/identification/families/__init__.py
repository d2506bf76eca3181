"""What a rate limiter may be: one family a file."""

from harness.identification.families.aligned_window import AlignedWindow
from harness.identification.families.first_hit_window import FirstHitWindow
from harness.identification.families.model import Model
from harness.identification.families.penalty_block import PenaltyBlock
from harness.identification.families.quantised_bucket import QuantisedBucket
from harness.identification.families.sliding_counter import SlidingCounter
from harness.identification.families.sliding_log import CountingLog, SlidingLog
from harness.identification.families.token_bucket import TokenBucket

# Those with the fewest parameters first: of two that explain a trace equally well, the simpler one.
FAMILIES: tuple[type[Model], ...] = (
    TokenBucket,
    FirstHitWindow,
    SlidingLog,
    CountingLog,
    AlignedWindow,
    PenaltyBlock,
    SlidingCounter,
    QuantisedBucket,
)

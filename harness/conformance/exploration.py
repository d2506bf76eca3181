"""Examples by the dozen: hypothesis draws them, and shrinks the first that fails."""

import time
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.strategies import SearchStrategy

from harness.conformance.outcome import NotExercised, Unmet

T = TypeVar("T")
# Once a failure is found, how long it is made smaller: seconds.
SHRINK_S = 8.0


def explore(strategy: SearchStrategy[T], judge: Callable[[T], None], *, examples: int, seeded: int) -> None:
    """Has `judge` judge that many examples; the smallest that fails is raised as its Unmet.

    The same seed gives the same examples. Raises NotExercised where the strategy yields none.
    """
    began: list[float] = []
    last: list[Unmet] = []

    @seed(seeded)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(strategy)
    def examine(example: T) -> None:
        if began and time.monotonic() - began[0] > SHRINK_S:
            raise _Enough
        try:
            judge(example)
        except Unmet as unmet:
            began[:] = began or [time.monotonic()]
            last[:] = [unmet]
            raise

    try:
        examine()
    except (_Enough, Flaky):
        raise last[0] from None  # the smallest so far; whether it comes again, the check's replay will tell
    except Unsatisfiable:
        raise NotExercised("no such request could be generated") from None


class _Enough(BaseException):
    """Ends the shrinking. No Exception, for hypothesis would take that for another failure."""

"""Examples by the dozen: hypothesis draws them, and shrinks the first that fails."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.strategies import SearchStrategy

from harness.conformance.outcome import NotExercised, Unmet

T = TypeVar("T")
# Once a failure is found, how long it is made smaller: seconds.
SHRINK_S = 8.0

_SHRINKS: ContextVar[bool] = ContextVar("shrinks", default=True)


def explore(strategy: SearchStrategy[T], judge: Callable[[T], None], *, examples: int, seeded: int) -> None:
    """Has `judge` judge that many examples; the smallest that fails is raised as its Unmet.

    The same seed gives the same examples. Raises NotExercised where the strategy yields none.
    """
    shrinking = Shrinking()

    @seed(seeded)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=phases(),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(strategy)
    def examine(example: T) -> None:
        with shrinking.one():
            judge(example)

    try:
        examine()
    except (Enough, Flaky):
        raise shrinking.smallest() from None
    except Unsatisfiable:
        raise NotExercised("no such request could be generated") from None


def phases() -> tuple[Phase, ...]:
    """What hypothesis does in this run of a check."""
    return (Phase.generate, Phase.shrink) if _SHRINKS.get() else (Phase.generate,)


@contextmanager
def as_it_was_drawn() -> Iterator[None]:
    """Nothing is shrunk: whoever only asks whether it fails again needs no smaller failure."""
    former = _SHRINKS.set(False)
    try:
        yield
    finally:
        _SHRINKS.reset(former)


class Shrinking:
    """Of what fails, the smallest so far. Once that is looked for long enough, Enough ends it."""

    def __init__(self) -> None:
        self._began_s: float | None = None
        self._last: Unmet | None = None

    @contextmanager
    def one(self) -> Iterator[None]:
        """Around each example, or each step of one."""
        if self._began_s is not None and time.monotonic() - self._began_s > SHRINK_S:
            raise Enough
        try:
            yield
        except Unmet as unmet:
            self._began_s = self._began_s or time.monotonic()
            self._last = unmet
            raise

    def smallest(self) -> Unmet:
        """Whether it comes again, the check's replay will tell."""
        assert self._last is not None
        return self._last


class Enough(BaseException):
    """Ends the shrinking. No Exception, for hypothesis would take that for another failure."""

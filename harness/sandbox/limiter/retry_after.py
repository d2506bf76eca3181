"""What Retry-After says, by how honest it is: whole seconds, from when the next request is admitted and the window."""

import math
from collections.abc import Callable

# Where nobody can know: of concurrency, it depends on how long others take.
A_GUESS_S = 1.0


def honest(next_s: float, period_s: float) -> int:
    """Rounded up: whoever waits that long has waited long enough."""
    return max(1, math.ceil(next_s))


def early(next_s: float, period_s: float) -> int:
    """Half the time, rounded down: whoever comes back then is refused again."""
    return math.floor(next_s / 2)


def late(next_s: float, period_s: float) -> int:
    """More than twice the time."""
    return math.ceil(2 * next_s) + 1


def window(next_s: float, period_s: float) -> int:
    """The whole window, however much of it is gone."""
    return max(1, math.ceil(period_s))


HONESTY: dict[str, Callable[[float, float], int]] = {"honest": honest, "early": early, "late": late, "window": window}


def retry_after_s(honesty: str, next_s: float | None, period_s: float | None) -> int:
    return HONESTY[honesty](A_GUESS_S if next_s is None else next_s, period_s or A_GUESS_S)

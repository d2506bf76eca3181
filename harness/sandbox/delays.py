"""How long things take in the sandbox: log-normal, as waiting times are, and the same again for the same seed."""

import math
import random


class Delays:
    """`median_s` and `longest_s` in seconds, `sigma` of the logarithm. A median of 0 is no delay at all."""

    def __init__(self, median_s: float, sigma: float, longest_s: float, seed: int | None, purpose: str) -> None:
        self._log_median = math.log(median_s) if median_s > 0 else -math.inf
        self._sigma = sigma
        self._longest_s = longest_s
        self._random = random.Random(None if seed is None else f"{purpose}/{seed}")

    def draw(self) -> float:
        """Seconds."""
        if self._log_median == -math.inf:
            return 0.0
        return min(self._longest_s, math.exp(self._log_median + self._sigma * self._random.gauss(0.0, 1.0)))

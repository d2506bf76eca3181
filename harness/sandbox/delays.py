"""How long things take in the sandbox: log-normal, as waiting times are, and the same again for the same seed."""

import math
import random
from itertools import pairwise

# (percentile, seconds), both rising from 0 to 100; empty: log-normal delays.
Quantiles = tuple[tuple[float, float], ...]


class Delays:
    """`median_s` and `longest_s` in seconds, `sigma` of the logarithm. A median of 0 is no delay at all."""

    def __init__(
        self,
        median_s: float,
        sigma: float,
        longest_s: float,
        seed: int | None,
        purpose: str,
        quantiles: Quantiles = (),
    ) -> None:
        self._log_median = math.log(median_s) if median_s > 0 else -math.inf
        self._sigma = sigma
        self._quantiles = quantiles
        self._longest_s = longest_s
        self._random = random.Random(None if seed is None else f"{purpose}/{seed}")

    def draw(self) -> float:
        """Seconds. Of what was measured elsewhere, by inverse CDF; `longest_s` does not bound it."""
        if self._quantiles:
            return _at(self._quantiles, self._random.uniform(0.0, 100.0))
        if self._log_median == -math.inf:
            return 0.0
        return min(self._longest_s, math.exp(self._log_median + self._sigma * self._random.gauss(0.0, 1.0)))


def _at(quantiles: Quantiles, percentile: float) -> float:
    for (low, a), (high, b) in pairwise(quantiles):
        if percentile <= high:
            return a + (b - a) * (percentile - low) / (high - low)
    return quantiles[-1][1]

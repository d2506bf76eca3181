"""How long to wait before a webhook call is tried again."""

import random

from harness.sandbox.config import Retries


class Backoff:
    """Exponential, up to a longest, with jitter: calls that failed together do not come back together."""

    def __init__(self, retries: Retries, seed: int | None = None) -> None:
        self._retries = retries
        self._random = random.Random(None if seed is None else f"backoff/{seed}")

    def pause_s(self, attempts: int, elapsed_s: float) -> float | None:
        """Seconds to wait after so many failed attempts, the first of them `elapsed_s` ago; None to give up."""
        retries = self._retries
        if attempts >= retries.attempts or elapsed_s >= retries.give_up_after_s:
            return None
        full = min(retries.longest_s, retries.first_s * retries.factor ** (attempts - 1))
        return full * self._random.uniform(0.5, 1.0)

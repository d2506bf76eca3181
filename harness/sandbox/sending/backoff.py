"""How long to wait before a webhook call is tried again."""

import random

from harness.sandbox.sending.policy import SenderPolicy


class Backoff:
    """Draws the gaps of a policy: calls that failed together do not come back together, where it has jitter."""

    def __init__(self, policy: SenderPolicy, seed: int | None = None) -> None:
        self._policy = policy
        self._random = random.Random(None if seed is None else f"backoff/{seed}")

    def pause_s(self, attempts: int, elapsed_s: float, asked_s: float | None = None) -> float | None:
        """Seconds to wait after so many failed attempts, the first of them `elapsed_s` ago, the last of which was told
        to come back in `asked_s`; None to give up."""
        gap_s = self._policy.gap_s(attempts)
        if gap_s is None or elapsed_s >= self._policy.give_up_s:
            return None
        drawn_s = gap_s * self._random.uniform(1 - self._policy.jitter, 1.0)
        return max(drawn_s, asked_s) if asked_s is not None and self._policy.obeys_retry_after else drawn_s

"""What to send next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Probe:
    """`count` requests at once, at `at` seconds since the trace began; what is past means now."""

    at: float
    count: int
    purpose: str

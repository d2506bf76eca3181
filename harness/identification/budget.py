"""What an identification may spend, and that it never spends more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """Hard caps: requests, and seconds since the trace began."""

    requests: int = 1200
    seconds: float = 1200.0

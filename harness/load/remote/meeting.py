"""Where workers of other machines meet a run, and the word that lets them in."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.secret import Secret

# How long those who are expected may take to come: seconds.
PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Meeting:
    """`host` and `port` are where the master listens; Locust's own takes the port behind it. `say` tells whoever
    waits what it waits for."""

    host: str
    port: int
    token: Secret
    say: Callable[[str], None] = lambda _: None
    patience_s: float = PATIENCE_S

    @property
    def locust_port(self) -> int:
        return self.port + 1

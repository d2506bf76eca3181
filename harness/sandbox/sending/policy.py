"""What a sender of webhook calls does: which answers it takes for success, and what follows where there is none."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Schedule = Literal["none", "constant", "exponential", "table"]
# Those that name another place to go to.
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class SenderPolicy:
    """Durations in seconds. `accepted` are statuses, "404", or classes of them, "2xx".

    After a failure the next gap is that of the `schedule`: none, `first_s` each time (constant), `first_s` times
    `factor` each up to `longest_s` (exponential), or one after the other of `gaps_s` (table). Of each gap up to the
    share `jitter` is taken away, at random. It ends after `attempts`, or once the first lies `give_up_s` back.

    A sender that obeys Retry-After (of a 429 or 503) waits at least so long. One that follows redirects calls where
    they point, and once. `overtakes` is whether the later replies of a session pass one that waits to be tried again.
    """

    accepted: tuple[str, ...] = ("2xx",)
    timeout_s: float = 5.0
    schedule: Schedule = "exponential"
    first_s: float = 0.2
    factor: float = 2.0
    longest_s: float = 5.0
    gaps_s: tuple[float, ...] = ()
    jitter: float = 0.5
    attempts: int = 20
    give_up_s: float = 60.0
    obeys_retry_after: bool = False
    follows_redirects: bool = False
    overtakes: bool = False

    def accepts(self, status: int) -> bool:
        return str(status) in self.accepted or f"{status // 100}xx" in self.accepted

    def gap_s(self, attempts: int) -> float | None:
        """The longest wait after so many failed attempts; None where there is no other attempt."""
        if attempts >= self.attempts:
            return None
        match self.schedule:
            case "none":
                return None
            case "constant":
                return self.first_s
            case "exponential":
                # No factor to the power of thousands: it would not be a number.
                return min(self.longest_s, self.first_s * self.factor ** min(attempts - 1, 100))
            case "table":
                return self.gaps_s[attempts - 1] if attempts <= len(self.gaps_s) else None

    def told(self) -> dict[str, Any]:
        """As the ground truth has it."""
        return asdict(self)

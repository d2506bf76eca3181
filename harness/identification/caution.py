"""How carefully is asked where another limiter may have answered."""

from dataclasses import dataclass

# Where everything was explained once, and nothing is after so many experiments, that may be another limiter; or after
# so many where nothing ever was, and after one where it was just let rest. So often it is let rest.
SUSPICIOUS, NEVER, RESTS = 2, 8, 4


@dataclass(slots=True)
class Caution:
    """`wary`: whether anything may be another limiter at all. It was let rest `rests` times, for `quiet` seconds, and
    last after `since` requests."""

    wary: bool = False
    rests: int = 0
    since: int = 0
    quiet: float = 0.0

    def suspicious(self, contradicted: int, *, ever_explained: bool) -> bool:
        """Whether another limiter may be what contradicts all models, after so many experiments in a row."""
        enough = NEVER if not ever_explained else 1 if self.rests == 1 else SUSPICIOUS
        return self.wary and contradicted >= enough and self.rests < RESTS

"""What the command hands to Locust's process beyond the profile and the sink, and how: by the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError


@dataclass(frozen=True, slots=True)
class Handover:
    """`part` is the file for the customers' events; `run` is the run's id; `think_s` the mean pause in seconds."""

    part: Path
    run: str
    think_s: float

    def environment(self) -> dict[str, str]:
        return {"HARNESS_PART": str(self.part), "HARNESS_RUN_ID": self.run, "HARNESS_THINK": str(self.think_s)}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Handover | None":
        """None where no command handed anything over: Locust was started by hand. Raises UsageError for half of it."""
        part = environment.get("HARNESS_PART")
        if part is None:
            return None
        try:
            return cls(Path(part), environment["HARNESS_RUN_ID"], float(environment["HARNESS_THINK"]))
        except (KeyError, ValueError) as error:
            raise UsageError(f"HARNESS_PART is set, but not all that goes with it: {error}") from None

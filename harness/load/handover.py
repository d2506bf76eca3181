"""What the command hands to Locust's process beyond the profile and the sink, and how: by the environment."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.load.plan import LoadPlan


@dataclass(frozen=True, slots=True)
class Handover:
    """`part` is the file for the customers' events; `run` is the run's id."""

    part: Path
    run: str
    plan: LoadPlan

    def environment(self) -> dict[str, str]:
        return {
            "HARNESS_PART": str(self.part),
            "HARNESS_RUN_ID": self.run,
            "HARNESS_LOAD_PLAN": json.dumps(asdict(self.plan)),
        }

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Handover | None":
        """None where no command handed anything over: Locust was started by hand. Raises UsageError for half of it."""
        part = environment.get("HARNESS_PART")
        if part is None:
            return None
        try:
            plan = LoadPlan(**json.loads(environment["HARNESS_LOAD_PLAN"]))
            return cls(Path(part), environment["HARNESS_RUN_ID"], plan)
        except (KeyError, ValueError, TypeError) as error:
            raise UsageError(f"HARNESS_PART is set, but not all that goes with it: {error}") from None

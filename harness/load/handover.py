"""What the command hands to Locust's process beyond the profile and the sink, and how: by the environment."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.load.plan import LoadPlan


@dataclass(frozen=True, slots=True)
class Handover:
    """`part` is the file for the customers' events; `run` is the run's id. `worker` is which of the plan's workers
    this is, from 0 on: it takes every n-th of the customers. One that `compares_clocks` has its sinks elsewhere."""

    part: Path
    run: str
    plan: LoadPlan
    worker: int = 0
    compares_clocks: bool = False

    @property
    def folder(self) -> Path:
        """The run's."""
        return self.part.parent.parent

    @property
    def role(self) -> str:
        """Its name in the journal."""
        return f"customers-{self.worker + 1}" if self.plan.workers else "customers"

    def environment(self) -> dict[str, str]:
        return {
            "HARNESS_PART": str(self.part),
            "HARNESS_RUN_ID": self.run,
            "HARNESS_LOAD_PLAN": json.dumps(asdict(self.plan)),
            "HARNESS_WORKER": str(self.worker),
            "HARNESS_COMPARES_CLOCKS": str(self.compares_clocks).lower(),
        }

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Handover | None":
        """None where no command handed anything over: Locust was started by hand. Raises UsageError for half of it."""
        part = environment.get("HARNESS_PART")
        if part is None:
            return None
        try:
            plan = LoadPlan.from_json(json.loads(environment["HARNESS_LOAD_PLAN"]))
            compares = environment["HARNESS_COMPARES_CLOCKS"] == "true"
            return cls(Path(part), environment["HARNESS_RUN_ID"], plan, int(environment["HARNESS_WORKER"]), compares)
        except (KeyError, ValueError, TypeError) as error:
            raise UsageError(f"HARNESS_PART is set, but not all that goes with it: {error}") from None

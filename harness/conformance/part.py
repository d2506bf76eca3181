"""The gate's part of a run's journal: where it is written, and what the phase's owner puts into its own part."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.conformance.table import list_requirements
from harness.events import Began, Ended, Ending
from harness.known_failures import KnownFailures
from harness.profile import Profile
from harness.recording.reader import PARTS
from harness.recording.writer import JournalWriter, header_now

PHASE = "conform"
# How a command tells its gate where to write, and that it ends with the command.
FOLDER_VARIABLE = "HARNESS_GATE_FOLDER"
RUN_VARIABLE = "HARNESS_GATE_RUN"
LIFELINE_VARIABLE = "HARNESS_LIFELINE"


@dataclass(frozen=True, slots=True)
class Place:
    """One run: its folder and its id."""

    folder: Path
    run_id: str

    @property
    def gate(self) -> Path:
        """Where the checks' verdicts go."""
        return self.folder / PARTS / f"{PHASE}-gate.ndjson"

    def writer(self, role: str, profile: Profile) -> JournalWriter:
        path = self.folder / PARTS / f"{PHASE}-{role}.ndjson"
        return JournalWriter(path, header_now(self.run_id, PHASE, role), profile.redactor)


def began(profile: Profile, only: Collection[str] = (), known: KnownFailures | None = None) -> Began:
    """With the table of the requirements that are to be decided and the failures that are known of, so that the
    journal can be judged by itself."""
    settings: dict[str, Any] = {
        "target": profile.described(),
        "seed": profile.seed,
        "strict": profile.strict,
        "budget": profile.budget,
        "only": list(only),
        "requirements": [each.described() for each in list_requirements() if not only or each.id in only],
    }
    if known is not None and known.entries:
        settings["known_failures"] = known.described()
    return Began(time.monotonic_ns(), time.time_ns(), PHASE, settings)


def ended(ending: Ending, reason: str | None = None) -> Ended:
    return Ended(time.monotonic_ns(), time.time_ns(), PHASE, ending, reason)

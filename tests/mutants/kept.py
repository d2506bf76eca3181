"""Outcomes in a file, a line of JSON each, so that an hour of them is not lost with the last."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.mutants.rules import Outcome
from tests.mutants.trial import Trial


class Kept:
    """What the file has, and what comes. Without a file nothing is kept. Thread-safe."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = threading.Lock()
        lines = file.read_text(encoding="utf-8").splitlines() if file and file.exists() else []
        self._outcomes = {outcome.name: outcome for outcome in map(_outcome, map(json.loads, lines))}

    def or_else(self, name: str, judge: Callable[[], Outcome]) -> Outcome:
        """The outcome of that name, as it is kept; otherwise as it is judged now."""
        if name in self._outcomes:
            return self._outcomes[name]
        outcome = judge()
        if self._file:
            with self._lock, self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(outcome)) + "\n")
        return outcome


def _outcome(row: dict[str, Any]) -> Outcome:
    trial = row["trial"]
    trial["failed"] = {name: tuple(checks) for name, checks in trial["failed"].items()}
    trial["flaky"] = tuple(trial["flaky"])
    return Outcome(row["name"], row["breaks"], Trial(**trial), row["stock"])

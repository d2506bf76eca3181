"""From how a check ended to its verdict: the event for the journal, and what pytest shows of it."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.conformance.check import Check
from harness.conformance.outcome import NotExercised, Unmet
from harness.errors import HarnessError
from harness.events import Checked, Outcome
from harness.known_failures import KnownFailure, KnownFailures
from harness.requirements import Requirement


@dataclass(frozen=True, slots=True)
class Ending:
    """How one check ended."""

    outcome: Outcome
    reason: str | None = None
    evidence: dict[str, Any] | None = None


def ending_of(error: BaseException | None, check: Check | None, requirement: Requirement) -> Ending:
    """`check` is None where it was not even set up."""
    if error is not None:
        return _ended_early(error)
    if check is None or check.exercised == 0:
        return Ending("not_exercised", "no request and no reply came of it")
    if requirement.level == "OBSERVE":
        return Ending("observed", check.observed, check.evidence)
    return Ending("pass", check.observed)


def _ended_early(error: BaseException) -> Ending:
    if isinstance(error, Unmet):
        return Ending("fail", f"expected: {error.expected}", error.evidence)
    if isinstance(error, NotExercised):
        return Ending("not_exercised", str(error))
    broken = "" if isinstance(error, HarnessError) else f"the check itself is broken: {type(error).__name__}: "
    return Ending("could_not_run", f"{broken}{error}")


def checked(requirement: Requirement, name: str, ending: Ending, check: Check | None, seed: int) -> Checked:
    """The event. Evidence is given of failures, and of what was observed: there it has the `finding`."""
    evidence = ending.evidence or {}
    if ending.outcome == "fail":
        evidence = {"clause": requirement.clause, **evidence, "seed": seed}
    exercised = check.exercised if check else 0
    return Checked(time.monotonic_ns(), requirement.id, name, ending.outcome, exercised, ending.reason, evidence)


class Tallied:
    """What was decided of each requirement so far, and how many of its checks are still to come. `known` are failures
    that are borne on the day `today`, in UTC."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._to_come = Counter(ids)
        self._decided: set[str] = set()
        self._failed: set[str] = set()
        self.known = KnownFailures()
        self.today = datetime.now(UTC).date()

    def note(self, event: Checked) -> bool:
        """Takes note of it. Whether that was the last check of a requirement that none of them has exercised."""
        self._to_come[event.requirement] -= 1
        if event.outcome != "not_exercised":
            self._decided.add(event.requirement)
        if event.outcome in ("fail", "could_not_run"):
            self._failed.add(event.requirement)
        return not self._to_come[event.requirement] and event.requirement not in self._decided

    def borne(self, event: Checked) -> KnownFailure | None:
        """The entry that excuses this failure, where there is one that has not expired."""
        entry = self.known.of(event.requirement) if event.outcome == "fail" else None
        return entry if entry and self.today <= entry.expires else None

    def gone(self) -> list[KnownFailure]:
        """Entries whose requirement passes: a list that is never cleaned up hides the next failure."""
        passed = {name for name in self._decided - self._failed if not self._to_come[name]}
        return [entry for entry in self.known.entries if entry.requirement in passed]


def show(
    report: pytest.TestReport,
    event: Checked,
    requirement: Requirement,
    *,
    strict: bool,
    never_tried: bool,
    known: KnownFailure | None = None,
) -> None:
    """Makes pytest's report say the same: red is what fails a run, the rest is told and counted apart."""
    headline = f"{requirement.id} ({requirement.level}) {event.outcome.replace('_', ' ')}: {event.reason}"
    if known is not None:
        report.outcome = "skipped"
        report.wasxfail = f"known until {known.expires}, by {known.owner}: {known.reason}: {headline}"
    elif is_red(event, requirement, strict=strict, never_tried=never_tried):
        report.outcome = "failed"
        report.longrepr = "\n".join([headline, requirement.clause, *_lines(event.evidence)])
    elif event.outcome == "fail":
        report.outcome = "skipped"
        report.wasxfail = headline
    elif event.outcome == "not_exercised":
        report.outcome = "skipped"
        report.longrepr = (report.location[0], report.location[1] or 0, headline)
    else:
        report.outcome = "passed"
        report.longrepr = None


def is_red(event: Checked, requirement: Requirement, *, strict: bool, never_tried: bool) -> bool:
    """A MUST that was broken, or that no check exercised (unless another stands in for it); and any check that could
    not run."""
    if event.outcome == "could_not_run":
        return True
    if event.outcome == "fail":
        return requirement.level == "MUST" or (strict and requirement.level == "SHOULD")
    return never_tried and requirement.level == "MUST" and requirement.stands_in is None


def _lines(evidence: dict[str, Any]) -> list[str]:
    return [f"{name}: {value}" for name, value in evidence.items() if name != "clause"]

"""The two ways in which a check ends before its end, both on purpose. Anything else it raises is a defect of ours."""

from dataclasses import dataclass, field
from typing import Any


class Unmet(AssertionError):
    """The target broke the requirement. `evidence` is plain data, as in events.Checked."""

    def __init__(self, expected: str, evidence: dict[str, Any]) -> None:
        super().__init__(expected)
        self.expected = expected
        self.evidence = {**evidence, "expected": expected}

    def __str__(self) -> str:
        shown = [f"expected: {self.expected}"]
        shown += [f"{name}: {value}" for name, value in self.evidence.items() if name != "expected"]
        return "\n".join(shown)


class NotExercised(Exception):
    """The check could not be tried against this target, in this run; the message says why."""


@dataclass(slots=True)
class Finding:
    """One kind of objection. `subject` is the first that had it, an Answer or a Replied; `count` is how many had."""

    objection: str
    subject: Any
    count: int = 1


@dataclass(slots=True)
class Tally:
    """What one oracle made of everything it saw: `exercised` of it was its business."""

    exercised: int = 0
    findings: list[Finding] = field(default_factory=list)

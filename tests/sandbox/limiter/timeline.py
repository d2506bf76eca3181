"""A family on a virtual clock: what it decides on requests at given moments."""

from collections.abc import Iterable
from typing import Any

from harness.sandbox.limiter.family import NS, Decision, Family

# An edge of every window of the tests, so that a phase of 0 is the beginning of one.
EPOCH_NS = 1_800_000_000 * NS


def at(seconds: float) -> int:
    """So many seconds after the edge, as the clock has it."""
    return EPOCH_NS + round(seconds * NS)


class Bucket:
    """One bucket of a family, which remembers."""

    def __init__(self, family: Family[Any]) -> None:
        self.family = family
        self.state: Any = None

    def ask(self, seconds: float) -> Decision:
        return self.ask_ns(at(seconds))

    def ask_ns(self, now_ns: int) -> Decision:
        decision, self.state = self.family.decide(self.state, now_ns)
        return decision

    def look_ns(self, now_ns: int) -> Decision:
        """What would be decided, without asking."""
        return self.family.decide(self.state, now_ns)[0]

    def end(self) -> None:
        self.state = self.family.end(self.state)


def decisions(family: Family[Any], seconds: Iterable[float]) -> list[Decision]:
    bucket = Bucket(family)
    return [bucket.ask(moment) for moment in seconds]


def verdicts(family: Family[Any], seconds: Iterable[float]) -> str:
    """A letter a request: a for admitted, r for refused, d for admitted after a delay."""
    return "".join(_letter(decision) for decision in decisions(family, seconds))


def _letter(decision: Decision) -> str:
    if not decision.admitted:
        return "r"
    return "d" if decision.delay_s else "a"

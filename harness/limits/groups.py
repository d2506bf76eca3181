"""Requests that were under way together: of those of one group no order is known."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.identification.trace import Observation


@dataclass(slots=True)
class Group:
    """It was under way from `sent` to `received`: seconds since the trace began."""

    sent: float
    received: float
    observations: list[Observation]

    @property
    def middle(self) -> float:
        return (self.sent + self.received) / 2


def groups(seen: Sequence[Observation]) -> list[Group]:
    """In the order of the trace. Who is sent before all before him were answered belongs to their group."""
    found: list[Group] = []
    for each in seen:
        if found and each.sent < found[-1].received:
            last = found[-1]
            last.sent, last.received = min(last.sent, each.sent), max(last.received, each.received)
            last.observations.append(each)
        else:
            found.append(Group(each.sent, each.received, [each]))
    return found

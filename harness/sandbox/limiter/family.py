"""What a family of rate limiters is: a rule that is a pure function of the state of one bucket and the time."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

State = TypeVar("State")

NS = 1_000_000_000  # in a second


@dataclass(frozen=True, slots=True)
class Decision:
    """What a family made of one request. Seconds are counted from that request, on the sandbox's clock."""

    admitted: bool
    limit: int  # requests that can be made at once, when nothing was used
    used: float  # of `limit`, with this request
    remaining: int  # requests that can still be made at once, after this one
    next_s: float | None  # until one more is admitted if none comes before; None: nobody can know
    reset_s: float | None  # until all of `limit` is there again, likewise
    delay_s: float = 0.0  # that it has to wait, although it is admitted


class Family(ABC, Generic[State]):
    """One rule, with its parameters: a frozen dataclass, whose fields are those of `parameters`.

    It keeps nothing: what it knows of one bucket is handed in and given back. States are never changed in place.
    """

    name: ClassVar[str]
    summary: ClassVar[str]  # one line, for people
    unit: ClassVar[str]  # what `shown` counts
    quota_unit: ClassVar[str] = "requests"  # of the draft's RateLimit-Policy

    @property
    @abstractmethod
    def period_s(self) -> float | None:
        """What the limiter would call its window; None where it has none."""

    @abstractmethod
    def decide(self, state: State | None, now_ns: int) -> tuple[Decision, State]:
        """The decision on a request, and the state after it. A bucket that was never used has None."""

    def end(self, state: State) -> State:
        """The state after the answer to an admitted request went out."""
        return state

    @abstractmethod
    def shown(self, state: State) -> Any:
        """Where a bucket stands, as JSON."""


def in_ns(seconds: float) -> int:
    return round(seconds * NS)


def in_s(nanoseconds: int) -> float:
    """Never less than none."""
    return max(0, nanoseconds) / NS

"""What the doctor found out about one prerequisite. A record only."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "failed", "not tried"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`seen` is what was observed; `mend` is what to do about it, where there is something to do."""

    prerequisite: str
    state: State
    seen: str
    mend: str = ""
    # Without it nothing at all can be tested; without another, some requirements just fail.
    vital: bool = True


def ok(prerequisite: str, seen: str) -> Finding:
    return Finding(prerequisite, "ok", seen)


def failed(prerequisite: str, seen: str, mend: str, *, vital: bool = True) -> Finding:
    return Finding(prerequisite, "failed", seen, mend, vital)

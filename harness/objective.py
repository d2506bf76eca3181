"""An objective: one figure of a load run, and the bound that it must keep. "reply_p99<2s", "lost<0.1%", "misrouted<=0".

Pure text and numbers. Which figures there are is decided by the measurements; here they only need the form of a name.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from harness.errors import UsageError

_FORM = re.compile(
    r"(?P<figure>[a-z][a-z0-9_]*)\s*(?P<sign><=|>=|<|>|==)\s*(?P<bound>\d+(\.\d+)?)\s*(?P<unit>us|ms|s|%|/s|)"
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
_TO_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Objective:
    """`bound` is in `unit`: "ms" for a time, "%" for a share, "/s" for a rate, "" for a count."""

    text: str
    figure: str
    sign: str
    bound: float
    unit: str

    def holds(self, value: float) -> bool:
        """Whether `value`, given in this objective's unit, keeps the bound."""
        return _SIGNS[self.sign](value, self.bound)


def parse_objective(text: str) -> Objective:
    """Raises UsageError where `text` has not the form figure, sign, bound, unit."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{text!r} is no objective: write a figure, < or >, and a bound, as in 'reply_p99<2s' or 'lost<0.1%'"
        )
    unit, bound = match["unit"], float(match["bound"])
    if unit in _TO_MS:
        unit, bound = "ms", bound * _TO_MS[unit]
    return Objective(text.strip(), match["figure"], match["sign"], bound, unit)

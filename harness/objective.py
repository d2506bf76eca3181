"""An objective: one figure of a load run, and the bound that it must keep. "reply_p99<2s", "lost<0.1%", "misrouted<=0".
With "over 30s" behind it, it must keep that bound in every window of that length.

Pure text and numbers. Which figures there are is decided by the measurements; here they only need the form of a name.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from harness.errors import UsageError

_FORM = re.compile(
    r"(?P<figure>[a-z][a-z0-9_]*)\s*(?P<sign><=|>=|<|>|==)\s*(?P<bound>\d+(\.\d+)?)\s*(?P<unit>us|ms|s|%|/s|)"
    r"(\s+over\s+(?P<window>\d+)\s*(?P<window_unit>s|m))?"
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
_TO_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_TO_S = {"s": 1, "m": 60}


@dataclass(frozen=True, slots=True)
class Objective:
    """`bound` is in `unit`: "ms" for a time, "%" for a share, "/s" for a rate, "" for a count.

    `window_s` is the length of the windows in each of which it must hold; None: it is about the run as a whole.
    """

    text: str
    figure: str
    sign: str
    bound: float
    unit: str
    window_s: int | None = None

    def holds(self, value: float) -> bool:
        """Whether `value`, given in this objective's unit, keeps the bound."""
        return _SIGNS[self.sign](value, self.bound)

    def badness(self, value: float) -> float:
        """The larger, the nearer to breaking the bound, or the further beyond it."""
        if self.sign == "==":
            return abs(value - self.bound)
        return value if "<" in self.sign else -value


def parse_objective(text: str) -> Objective:
    """Raises UsageError where `text` has not the form figure, sign, bound, unit, and perhaps a window."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{text!r} is no objective: write a figure, < or >, and a bound, as in 'reply_p99<2s' or 'lost<0.1%', "
            "and perhaps a window of whole seconds or minutes, as in 'reply_p99<2s over 30s'"
        )
    unit, bound = match["unit"], float(match["bound"])
    if unit in _TO_MS:
        unit, bound = "ms", bound * _TO_MS[unit]
    window_s = int(match["window"]) * _TO_S[match["window_unit"]] if match["window"] else None
    if window_s == 0:
        raise UsageError(f"{text!r}: a window is at least 1 s long")
    return Objective(text.strip(), match["figure"], match["sign"], bound, unit, window_s)

"""What a run can come to, and the code that its command ends with."""

from collections.abc import Mapping
from typing import Literal

Verdict = Literal["pass", "fail", "not_exercised", "could_not_run", "invalid"]

EXIT_CODES: Mapping[Verdict, int] = {"pass": 0, "fail": 1, "not_exercised": 3, "could_not_run": 3, "invalid": 4}
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

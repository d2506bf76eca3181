"""What one answer of the target means: exactly one of Acked, Refused, Limited, Failed. No clock, no socket."""

from functools import lru_cache
from typing import Any

from harness.contract import Clean, Contract, parse
from harness.events import BROKE_CONTRACT, Acked, Failed, Limited, Refused

Outcome = Acked | Refused | Limited | Failed

CUT_OFF = "cut off by the end of the run"
# Different answers that are remembered with what the contract says of them.
REMEMBERED = 256
# And up to which size, in bytes.
LARGEST_REMEMBERED = 4096
# Of an error code, in characters: there is no end to what a target may call its errors.
LONGEST_CODE = 100


class Judge:
    """Says what an answer means. The same few bytes again and again, as most answers are, are examined once."""

    def __init__(self, contract: Contract, clean: Clean = str) -> None:
        self._clean = clean
        self._problems = lru_cache(REMEMBERED)(contract.response_problems)

    def outcome(
        self, at: int, request: str, operation: str, status: int, body: bytes, retry_after_s: float | None
    ) -> Outcome:
        """Judges an HTTP answer to `operation`. `at` is when it was complete (monotonic nanoseconds)."""
        if not 200 <= status < 300 and not 400 <= status < 500:
            return Failed(at, request, f"HTTP {status}", status)
        examine = self._problems if len(body) <= LARGEST_REMEMBERED else self._problems.__wrapped__
        problems = examine(operation, status, body)
        problem = problems[0] if problems else None
        if status == 429:
            return Limited(at, request, retry_after_s, problem)
        if status >= 400:
            return Refused(at, request, status, self._error_code(body), problem)
        if problems:
            return Failed(at, request, f"{BROKE_CONTRACT}: {problems[0]}", status)
        if operation != "createSession":
            return Acked(at, request, status)
        answer = parse(body)[0]
        return Acked(at, request, status, answer.get("sessionId"), answer.get("userId"))

    def _error_code(self, body: bytes) -> str | None:
        answer: Any = parse(body)[0]
        code = answer.get("errorCode") if isinstance(answer, dict) else None
        return self._clean(code)[:LONGEST_CODE] if isinstance(code, str) else None
